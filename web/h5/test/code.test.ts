import { expect, test } from 'vitest'
import { pathOf, readCode } from '../src/logic/code'

test.each([
  ['https://yinxin.example/s/AbC-123_xyz', 'presentation', 'AbC-123_xyz'],
  ['http://localhost:8080/s/AbC123456?x=1#y', 'presentation', 'AbC123456'],
  ['/s/AbC123456/', 'presentation', 'AbC123456'],
  ['  AbC123456 ', 'presentation', 'AbC123456'],
  ['https://yinxin.example/v/FACE12345', 'face', 'FACE12345'],
])('%s is a code', (text, kind, token) => {
  expect(readCode(text)).toEqual({ kind, token })
})

test.each(['', 'hello', 'https://yinxin.example/', 'https://evil.example/x/AbC123456', '/s/short', '/s/../../etc1', 'javascript:1234567890'])(
  '%j is none',
  (text) => expect(readCode(text)).toBeUndefined(),
)

test('the path of a page stays on this server', () => {
  expect(pathOf('https://yinxin.example/s/T?a=1')).toBe('/s/T?a=1')
  expect(pathOf('/s/T')).toBe('/s/T')
})
