// Checks on the reader's own device that a list of records has every record of its holder (whole.json): that its leaves give
// its chain, that the map has the chain under its label, and that a signed checkpoint commits to the map. See ADR 36.

import type { WholeFile } from './api'
import { idOfNumber, leafHash, signatureState, type StepState } from './log'
import { fromBase64, parseCheckpoint, parseKeys, sameBytes, toBase64 } from './note'
import { sm3 } from './sm3'

export interface WholeCheck {
  /** The list has every record, and the checkpoint is signed by a key that could be checked here. */
  ok: boolean
  /** How many records there are, and how many of them are uses. */
  count: number
  uses: number
  /** The numbers of the records. */
  numbers: ReadonlySet<string>
  /** How many leaves the log had. */
  size: number
}

const empty = new Uint8Array(32)

/** SM3(0x04 ‖ head before ‖ leaf hash). */
const chain = (head: Uint8Array, leaf: Uint8Array) => sm3(Uint8Array.of(4), head, leaf)

function mapLeaf(label: Uint8Array, count: number, head: Uint8Array): Uint8Array {
  const eight = new Uint8Array(8)
  new DataView(eight.buffer).setBigUint64(0, BigInt(count))
  return sm3(Uint8Array.of(2), label, eight, head)
}

const bit = (label: Uint8Array, i: number) => ((label[i >> 3]! >> (7 - (i % 8))) & 1) === 1

export interface MapAnswer {
  label: Uint8Array
  count: number
  head: Uint8Array
  hashes: readonly Uint8Array[]
  other?: { label: Uint8Array; count: number; head: Uint8Array }
}

/** The root that a proof of the map leads to; undefined if no map could give it. */
export function mapRoot(a: MapAnswer): Uint8Array | undefined {
  const n = a.hashes.length
  if (n > 256 || a.label.length !== 32 || a.head.length !== 32) return undefined
  let root: Uint8Array = empty
  if (a.count > 0) {
    if (a.other) return undefined
    root = mapLeaf(a.label, a.count, a.head)
  } else if (!sameBytes(a.head, empty)) {
    return undefined
  } else if (a.other) {
    const { label, count, head } = a.other
    const agree = Array.from({ length: n }, (_, i) => bit(label, i) === bit(a.label, i)).every(Boolean)
    if (count === 0 || label.length !== 32 || head.length !== 32 || sameBytes(label, a.label) || !agree) return undefined
    root = mapLeaf(label, count, head)
  }
  for (const [i, hash] of a.hashes.entries()) {
    const none = hash.length === 0
    if (none ? i === 0 : hash.length !== 32 || sameBytes(hash, empty)) return undefined
    const beside = none ? empty : hash
    root = sm3(Uint8Array.of(3), ...(bit(a.label, n - 1 - i) ? [beside, root] : [root, beside]))
  }
  return root
}

/** Checks a list that begins with the first record against the log's public keys (the text of log.pub). Never throws. */
export async function checkWhole(file: WholeFile, logPub: string): Promise<WholeCheck> {
  const numbers = new Set<string>()
  const none = { ok: false, count: 0, uses: 0, numbers, size: 0 }
  try {
    let head: Uint8Array = empty
    let uses = 0
    for (const l of file.leaves ?? []) {
      const bytes = fromBase64(l.leaf)
      head = chain(head, leafHash(bytes))
      numbers.add(l.no)
      if (!idOfNumber(l.no)) return none
      if ((JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as { kind: string }).kind === 'use') uses++
    }
    const count = file.leaves?.length ?? 0
    const linked = file.from.count === 0 && numbers.size === count && file.count === count && toBase64(head) === file.head
    const o = file.other
    const root = mapRoot({
      label: fromBase64(file.label),
      count,
      head,
      hashes: (file.hashes ?? []).map((h) => fromBase64(h)),
      other: o && { label: fromBase64(o.label), count: o.count, head: fromBase64(o.head) },
    })
    const point = parseCheckpoint(file.checkpoint)
    const committed = root !== undefined && point?.map !== undefined && sameBytes(point.map, root)
    const signed: StepState = await signatureState(point, parseKeys(logPub))
    return { ok: linked && committed && signed === 'passed', count, uses, numbers, size: point?.size ?? 0 }
  } catch {
    return none
  }
}
