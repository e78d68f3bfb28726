import { expect, test } from 'vitest'
import { pathOf, readCode } from '../src/logic/code'

test.each([
  ['https://yinxin.example/s/AbC-123_xyz4567890defg', 'presentation', 'AbC-123_xyz4567890defg'],
  ['http://localhost:8080/s/AbC-123_xyz4567890defg?x=1#y', 'presentation', 'AbC-123_xyz4567890defg'],
  ['/s/AbC-123_xyz4567890defg/', 'presentation', 'AbC-123_xyz4567890defg'],
  ['  AbC-123_xyz4567890defg ', 'presentation', 'AbC-123_xyz4567890defg'],
  ['https://yinxin.example/m/r/AbC-123_xyz4567890defg', 'request', 'AbC-123_xyz4567890defg'],
  ['https://yinxin.example/v/FACE5678901234567890', 'face', 'FACE5678901234567890'],
])('%s is a code', (text, kind, token) => {
  expect(readCode(text)).toEqual({ kind, token })
})

test.each(['', 'hello', 'https://yinxin.example/', 'https://evil.example/x/AbC-123_xyz4567890defg', '/s/short', '/s/../../etc1', 'javascript:1234567890'])(
  '%j is none',
  (text) => expect(readCode(text)).toBeUndefined(),
)

test('the path of a page stays on this server', () => {
  expect(pathOf('https://yinxin.example/s/T?a=1')).toBe('/s/T?a=1')
  expect(pathOf('/s/T')).toBe('/s/T')
})
