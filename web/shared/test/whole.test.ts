import { describe, expect, test } from 'vitest'
import vectors from '../../../internal/translog/testdata/map-sm3.json'
import type { WholeFile } from '../src/api'
import { fromBase64, toBase64 } from '../src/note'
import { checkWhole, mapRoot } from '../src/whole'
import whole from './whole.json'

// whole.json was written by the server's own packages: the lists of five of sixty holders, one of whom has no record.
const lists = whole.lists as unknown as WholeFile[]
const at = (i: number) => structuredClone(lists[i]!)
const full = 2 // the list with the most records

function flip(b64: string): string {
  const bytes = fromBase64(b64)
  bytes[3]! ^= 1
  return toBase64(bytes)
}

describe('a list of the server', () => {
  test.each([0, 1, 2, 3, 4])('holds: number %i', async (i) => {
    const got = await checkWhole(at(i), whole.logPub)
    expect(got).toMatchObject({ ok: true, count: lists[i]!.count, uses: lists[i]!.count })
    expect(got.numbers.size).toBe(lists[i]!.count)
  })

  test.each<[string, (w: WholeFile) => void]>([
    ['a record left out', (w) => w.leaves!.splice(1, 1)],
    ['a record left out and counted down', (w) => (w.leaves!.splice(1, 1), w.count--)],
    ['two records changed places', (w) => w.leaves!.reverse()],
    ['a number twice', (w) => (w.leaves![1]!.no = w.leaves![0]!.no)],
    ['another head', (w) => (w.head = flip(w.head))],
    ['another label', (w) => (w.label = flip(w.label))],
    ['another hash', (w) => w.hashes!.push(flip(w.hashes!.pop()!))],
    ['a hash gone', (w) => w.hashes!.shift()],
    ['a beginning that is not the first', (w) => (w.from.count = 1)],
    ['a checkpoint without the map', (w) => (w.checkpoint = w.checkpoint.replace(/yinxin-map-v1 .*\n/, ''))],
    ['a checkpoint that nobody signed', (w) => (w.checkpoint = w.checkpoint.replace(/\n\d+\n/, '\n9\n'))],
    ['no records', (w) => Object.assign(w, { leaves: [], count: 0, head: toBase64(new Uint8Array(32)) })],
  ])('with %s does not', async (_, change) => {
    const w = at(full)
    change(w)
    expect((await checkWhole(w, whole.logPub)).ok).toBe(false)
  })

  test('is not believed without keys', async () => {
    expect((await checkWhole(at(full), '')).ok).toBe(false)
  })
})

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (x) => parseInt(x, 16))
const hex = (b: Uint8Array | undefined) => b && Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('')

test.each(vectors.maps.map((m, i) => [i, m] as const))('proofs of published map %i lead to its root', (_, m) => {
  for (const p of m.proofs) {
    const o = 'other' in p ? (p.other as { label: string; count: number; head: string }) : undefined
    const root = mapRoot({
      label: bytes(p.label),
      count: p.count,
      head: bytes(p.head),
      hashes: p.hashes.map(bytes),
      other: o && { label: bytes(o.label), count: o.count, head: bytes(o.head) },
    })
    expect(hex(root)).toBe(m.root)
  }
})
