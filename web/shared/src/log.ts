// Checks a receipt against the evidence log, on the reader's own device: that the record is the one committed to,
// that its leaf stands in the tree of a checkpoint, and that the log signed the checkpoint. Nothing is asked of the
// server beyond the two files and the log's public keys.

import type { ProofFile, ReceiptFile } from './api'
import { checkSignature, fromBase64, parseCheckpoint, parseKeys, sameBytes, toBase64, type Checkpoint } from './note'
import type { LogKey, SignatureCheck } from './note'
import { sm3 } from './sm3'

/** SM3(0x00 ‖ leaf), RFC 6962 §2.1 over SM3. */
export function leafHash(leaf: Uint8Array): Uint8Array {
  return sm3(Uint8Array.of(0), leaf)
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sm3(Uint8Array.of(1), left, right)
}

const odd = (x: number) => x % 2 === 1
const half = (x: number) => Math.floor(x / 2)

/**
 * The root that an inclusion proof leads to (RFC 9162 §2.1.3.2); undefined if the proof has the wrong length.
 * Sizes go beyond 2³², so no bit operators.
 */
export function rootFromProof(
  leaf: Uint8Array,
  index: number,
  size: number,
  hashes: readonly Uint8Array[],
): Uint8Array | undefined {
  if (index < 0 || index >= size) return undefined
  let [fn, sn, root] = [index, size - 1, leaf]
  for (const hash of hashes) {
    if (sn === 0) return undefined
    if (odd(fn) || fn === sn) {
      root = nodeHash(hash, root)
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      root = nodeHash(root, hash)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 ? root : undefined
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The 16 bytes of the leaf's id out of a 存证编号 (`YX` and 26 characters of Crockford's base 32). */
export function idOfNumber(no: string): Uint8Array | undefined {
  if (!/^YX[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(no)) return undefined
  const value = [...no.slice(2)].reduce((x, c) => x * 32n + BigInt(crockford.indexOf(c)), 0n)
  return Uint8Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * (15 - i))) & 0xffn))
}

interface Leaf {
  at: string
  kind: string
  commitment: string
}

export const stepNames = ['number', 'opening', 'promise', 'inclusion', 'checkpoint', 'signature'] as const

/** What was checked: the number, the opening of the commitment, the promise, inclusion, size and root, signatures. */
export type StepName = (typeof stepNames)[number]

/** `unable`: this browser cannot check it; the other steps still stand. */
export type StepState = 'passed' | 'failed' | 'unable'

export interface LogCheck {
  /** No step failed, and the checkpoint is signed by a key that could be checked here. */
  ok: boolean
  steps: { name: StepName; state: StepState }[]
  /** The opened record; undefined if it does not open. */
  body?: Record<string, unknown>
  leaf?: Leaf
  index: number
  size: number
  origin?: string
  root?: string
}

const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))

/** SM3(salt ‖ id ‖ body), in base64 as the leaf has it. */
export function commitment(salt: Uint8Array, id: Uint8Array, body: Uint8Array): string {
  return toBase64(sm3(salt, id, body))
}

/** What the log signs when it takes a leaf. */
export function promiseText(origin: string, hash: Uint8Array): string {
  return `yinxin log promise v1\n${origin}\n${toBase64(hash)}\n`
}

/** Checks receipt and proof against the log's public keys (the text of log.pub). Never throws. */
export async function checkReceipt(receipt: ReceiptFile, proof: ProofFile, logPub: string): Promise<LogCheck> {
  try {
    return await check(receipt, proof, parseKeys(logPub))
  } catch {
    return { ok: false, steps: [{ name: 'number', state: 'failed' }], index: proof.index, size: proof.size }
  }
}

async function check(receipt: ReceiptFile, proof: ProofFile, keys: LogKey[]): Promise<LogCheck> {
  const bytes = fromBase64(receipt.leaf)
  const leaf = decode(bytes) as Leaf
  const hash = leafHash(bytes)
  const body = fromBase64(receipt.body)
  const id = idOfNumber(receipt.no)
  const point = parseCheckpoint(proof.checkpoint)
  const root = rootFromProof(hash, proof.index, proof.size, proof.hashes.map(fromBase64))

  const opens = id !== undefined && commitment(fromBase64(receipt.salt), id, body) === leaf.commitment
  const promised = await promiseState(receipt, hash, point, keys)
  const steps: LogCheck['steps'] = [
    { name: 'number', state: passed(id !== undefined && receipt.no === proof.no) },
    { name: 'opening', state: passed(opens) },
    { name: 'promise', state: promised },
    { name: 'inclusion', state: passed(root !== undefined) },
    { name: 'checkpoint', state: passed(point !== undefined && matches(point, proof.size, root)) },
    { name: 'signature', state: await signatureState(point, keys) },
  ]
  return {
    ok: steps.every((s) => s.state !== 'failed') && steps.at(-1)?.state === 'passed',
    steps,
    body: opens ? (decode(body) as Record<string, unknown>) : undefined,
    leaf,
    index: proof.index,
    size: proof.size,
    origin: point?.origin,
    root: point && toBase64(point.root),
  }
}

const passed = (ok: boolean): StepState => (ok ? 'passed' : 'failed')

function matches(point: Checkpoint, size: number, root: Uint8Array | undefined): boolean {
  return root !== undefined && point.size === size && sameBytes(point.root, root)
}

function stateOf(checks: SignatureCheck[]): StepState {
  if (checks.includes('bad')) return 'failed'
  if (checks.includes('good')) return 'passed'
  return checks.includes('unable') ? 'unable' : 'failed'
}

async function promiseState(
  receipt: ReceiptFile,
  hash: Uint8Array,
  point: Checkpoint | undefined,
  keys: LogKey[],
): Promise<StepState> {
  if (!point) return 'failed'
  const signers = keys.filter((k) => k.algorithm === 'Ed25519' && k.name === point.origin)
  const text = promiseText(point.origin, hash)
  return stateOf(await Promise.all(signers.map((k) => checkSignature(k, text, fromBase64(receipt.promise)))))
}

/** Every known key of the log must have signed: a log with two algorithms is not believed on one alone. */
export async function signatureState(point: Checkpoint | undefined, keys: LogKey[]): Promise<StepState> {
  const own = point ? keys.filter((k) => k.name === point.origin) : []
  const checks = own.map(async (key) => {
    const sig = point?.signatures.find((s) => s.name === key.name && s.id === key.id)
    return point && sig ? checkSignature(key, point.text, sig.bytes) : 'bad'
  })
  return stateOf(await Promise.all(checks))
}
