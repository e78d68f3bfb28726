import { describe, expect, test } from 'vitest'
import type { ProofFile, ReceiptFile } from '../src/api'
import { checkReceipt, idOfNumber, leafHash, rootFromProof, type LogCheck } from '../src/log'
import { fromBase64, parseCheckpoint, parseKeys, toBase64 } from '../src/note'
import { sm3 } from '../src/sm3'
import evidence from './evidence.json'

// evidence.json was written by the server's own packages: a log of 1,003 leaves with an Ed25519 and an SM2 key.
const logPub: string = evidence.logPub
const cases: { receipt: ReceiptFile; proof: ProofFile }[] = evidence.cases
const at = (i: number) => structuredClone(cases[i]!)

const failed = (c: LogCheck) => c.steps.filter((s) => s.state === 'failed').map((s) => s.name)

function flip(b64: string, index = 3): string {
  const bytes = fromBase64(b64)
  bytes[index]! ^= 1
  return toBase64(bytes)
}

describe('a receipt of the server', () => {
  test.each(cases.map((c) => [c.proof.index, c] as const))('holds at index %i', async (_, c) => {
    const got = await checkReceipt(c.receipt, c.proof, logPub)
    expect(got.steps.map((s) => s.state)).toEqual(Array(6).fill('passed'))
    expect(got.ok).toBe(true)
    expect(got.body).toMatchObject({ unit: '鼓楼区市场监督管理局' })
  })

  test.each<[string, (c: { receipt: ReceiptFile; proof: ProofFile }) => void, string[]]>([
    ['body', (c) => (c.receipt.body = flip(c.receipt.body, 20)), ['opening']],
    ['salt', (c) => (c.receipt.salt = flip(c.receipt.salt)), ['opening']],
    ['number of another', (c) => (c.receipt.no = c.proof.no = at(2).receipt.no), ['opening']],
    ['proof of another', (c) => (c.proof.no = at(2).proof.no), ['number']],
    ['promise', (c) => (c.receipt.promise = flip(c.receipt.promise)), ['promise']],
    ['index', (c) => (c.proof.index += 1), ['checkpoint']],
    ['size', (c) => (c.proof.size -= 1), ['checkpoint']],
    ['hash', (c) => (c.proof.hashes[0] = flip(c.proof.hashes[0]!)), ['checkpoint']],
    ['missing hash', (c) => c.proof.hashes.pop(), ['inclusion', 'checkpoint']],
    ['extra hash', (c) => c.proof.hashes.push(c.proof.hashes[0]!), ['inclusion', 'checkpoint']],
    ['no signature', (c) => (c.proof.checkpoint = c.proof.checkpoint.split('— ').slice(0, 2).join('— ')), ['signature']],
    ['Ed25519 signature', (c) => (c.proof.checkpoint = spoil(c.proof.checkpoint, 0)), ['signature']],
    ['SM2 signature', (c) => (c.proof.checkpoint = spoil(c.proof.checkpoint, 1)), ['signature']],
  ])('with a changed %s fails there', async (_, change, want) => {
    const c = at(1)
    change(c)
    const got = await checkReceipt(c.receipt, c.proof, logPub)
    expect(failed(got)).toEqual(want)
    expect(got.ok).toBe(false)
  })

  test('is not believed without keys, nor when it is garbage', async () => {
    const c = at(0)
    expect((await checkReceipt(c.receipt, c.proof, '')).ok).toBe(false)
    expect((await checkReceipt({ ...c.receipt, leaf: '!' }, c.proof, logPub)).ok).toBe(false)
  })

  test('says so where the browser has no Ed25519, and stands on SM2', async () => {
    const subtle = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!
    Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true })
    try {
      const got = await checkReceipt(at(0).receipt, at(0).proof, logPub)
      expect(got.steps.find((s) => s.name === 'promise')?.state).toBe('unable')
      expect(got.ok).toBe(true)
    } finally {
      Object.defineProperty(globalThis, 'crypto', subtle)
    }
  })
})

/** Changes the last byte but one of a signature line. */
function spoil(checkpoint: string, line: number): string {
  const parts = checkpoint.split('— yinxin.example/log ')
  parts[line + 1] = flip(parts[line + 1]!.trim(), 40) + '\n'
  return parts.join('— yinxin.example/log ')
}

describe('inclusion', () => {
  const leaves = Array.from({ length: 70 }, (_, i) => leafHash(Uint8Array.of(i)))
  const node = (l: Uint8Array, r: Uint8Array) => sm3(Uint8Array.of(1), l, r)
  const split = (n: number) => 2 ** Math.floor(Math.log2(n - 1))
  const root = (d: Uint8Array[]): Uint8Array =>
    d.length === 1 ? d[0]! : node(root(d.slice(0, split(d.length))), root(d.slice(split(d.length))))
  const path = (m: number, d: Uint8Array[]): Uint8Array[] => {
    if (d.length === 1) return []
    const k = split(d.length)
    return m < k
      ? [...path(m, d.slice(0, k)), root(d.slice(k))]
      : [...path(m - k, d.slice(k)), root(d.slice(0, k))]
  }

  test('leads from every leaf of every tree to its root (RFC 6962 §2.1.1)', () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 64, 70]) {
      const tree = leaves.slice(0, size)
      const want = toBase64(root(tree))
      for (let i = 0; i < size; i++) {
        const got = rootFromProof(leaves[i]!, i, size, path(i, tree))
        expect(got && toBase64(got)).toBe(want)
      }
    }
  })

  test('refuses an index outside the tree', () => {
    expect(rootFromProof(leaves[0]!, 1, 1, [])).toBeUndefined()
    expect(rootFromProof(leaves[0]!, -1, 1, [])).toBeUndefined()
  })
})

test('a number gives the leaf id back, and nothing else does', () => {
  expect(idOfNumber('YX00000000000000000000000010')).toEqual(Uint8Array.of(...Array(15).fill(0), 32))
  for (const bad of ['', 'YX', 'YX80000000000000000000000000', 'YX0000000000000000000000001L', 'AB00000000000000000000000010']) {
    expect(idOfNumber(bad)).toBeUndefined()
  }
})

test('checkpoints and keys of another spelling are refused', () => {
  const good = cases[0]!.proof.checkpoint
  expect(parseCheckpoint(good)?.size).toBe(1003)
  for (const bad of ['', good.replace('1003', '01003'), good.trimEnd(), good.replace('\n\n', '\nmore\n\n')]) {
    expect(parseCheckpoint(bad)).toBeUndefined()
  }
  expect(parseKeys(`junk\n${logPub}`).map((k) => k.algorithm)).toEqual(['Ed25519', 'SM2'])
})
