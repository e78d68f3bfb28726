// Signed notes and log keys (C2SP signed-note, tlog-checkpoint), as the platform's log writes them.

import { join } from './sm3'
import { verifySM2 } from './sm2'

export type Algorithm = 'Ed25519' | 'SM2'

/** A key that the log signs with: a line of log.pub, `name+hash+base64(type ‖ public key)`. */
export interface LogKey {
  readonly name: string
  readonly id: string
  readonly algorithm: Algorithm
  readonly point: Uint8Array<ArrayBuffer>
}

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  /** Root of the map of lists, if the checkpoint commits to one. */
  readonly map?: Uint8Array
  /** What was signed. */
  readonly text: string
  readonly signatures: readonly { name: string; id: string; bytes: Uint8Array<ArrayBuffer> }[]
}

const encoder = new TextEncoder()
const sm2Type = join([Uint8Array.of(0xff), encoder.encode('github.com/yinxin-org/yinxin/sm2-sm3')])

export function fromBase64(s: string): Uint8Array<ArrayBuffer> {
  const raw = atob(s)
  return Uint8Array.from(raw, (c) => c.charCodeAt(0))
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i])
}

/** Reads log.pub; lines with keys of a kind we do not know are passed over. */
export function parseKeys(text: string): LogKey[] {
  return text.split('\n').flatMap((line) => parseKey(line.trim()) ?? [])
}

function parseKey(line: string): LogKey | undefined {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line)
  if (!parts) return undefined
  const encoded = fromBase64(parts[3]!)
  const key = (algorithm: Algorithm, skip: number): LogKey => ({
    name: parts[1]!,
    id: parts[2]!,
    algorithm,
    point: encoded.slice(skip),
  })
  if (encoded[0] === 1 && encoded.length === 33) return key('Ed25519', 1)
  const isSM2 = encoded.length === sm2Type.length + 65 && sameBytes(encoded.slice(0, sm2Type.length), sm2Type)
  return isSM2 ? key('SM2', sm2Type.length) : undefined
}

/** Reads a signed checkpoint; undefined if it is none. The signatures are not checked here. */
export function parseCheckpoint(signed: string): Checkpoint | undefined {
  const parts = /^(([^\n]+)\n(0|[1-9]\d*)\n([A-Za-z0-9+/=]+)\n(?:yinxin-map-v1 ([A-Za-z0-9+/=]+)\n)?)\n((?:— [^\n]+\n)+)$/.exec(signed)
  if (!parts) return undefined
  const size = Number(parts[3])
  const root = fromBase64(parts[4]!)
  const map = parts[5] === undefined ? undefined : fromBase64(parts[5])
  if (!Number.isSafeInteger(size) || root.length !== 32 || (map && map.length !== 32)) return undefined
  const signatures = parts[6]!.trimEnd().split('\n').map(parseSignature)
  return { origin: parts[2]!, size, root, map, text: parts[1]!, signatures }
}

function parseSignature(line: string) {
  const [, name = '', coded = ''] = line.split(' ')
  const bytes = fromBase64(coded)
  const id = Array.from(bytes.slice(0, 4), (x) => x.toString(16).padStart(2, '0')).join('')
  return { name, id, bytes: bytes.slice(4) }
}

/** Whether a signature holds; `unable` where this browser has no Ed25519 (old, or no secure connection). */
export type SignatureCheck = 'good' | 'bad' | 'unable'

/** Checks a signature of a log key. */
export async function checkSignature(
  key: LogKey,
  message: string,
  signature: Uint8Array<ArrayBuffer>,
): Promise<SignatureCheck> {
  const bytes = encoder.encode(message)
  if (key.algorithm === 'SM2') return verifySM2(key.point, bytes, signature) ? 'good' : 'bad'
  try {
    const pub = await crypto.subtle.importKey('raw', key.point, 'Ed25519', false, ['verify'])
    return (await crypto.subtle.verify('Ed25519', pub, signature, bytes)) ? 'good' : 'bad'
  } catch {
    return 'unable'
  }
}
