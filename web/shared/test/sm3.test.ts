import { expect, test } from 'vitest'
import { sm3 } from '../src/sm3'

const hex = (b: Uint8Array) => Buffer.from(b).toString('hex')
const text = (s: string) => new TextEncoder().encode(s)

test.each([
  ['empty', '', '1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b'],
  ['GB/T 32905 example 1', 'abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
  ['GB/T 32905 example 2', 'abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
  ['one byte short of a second block for the length', 'a'.repeat(55), '288337eef51eec62e7544d7270424c8dbe656254c99852870a73b2453a6a7fb1'],
  ['the length in a block of its own', 'a'.repeat(56), 'ba00ebedaab54065a5fd4f9f56326016203166bcee3eed44ea868d59d67aa3c8'],
  ['a full block', 'a'.repeat(64), '616ec433c359e7c2b19f360e2b8f2a1b6e9ed76b8dc1a7d207b31a5341c611e9'],
  ['two blocks', 'a'.repeat(120), '4c9f0fe9f36ffe0191af73560c4afb1b671be02ba2d0e0c161b1e03488c2a45c'],
])('%s', (_, message, want) => {
  expect(hex(sm3(text(message)))).toBe(want)
})

test('parts hash as one run of bytes, at every length around a block', () => {
  for (let n = 0; n < 140; n++) {
    const all = Uint8Array.from({ length: n }, (_, i) => i)
    expect(hex(sm3(all.slice(0, n >> 1), all.slice(n >> 1)))).toBe(hex(sm3(all)))
  }
})
