import { expect, test } from 'vitest'
import { fileLookOf, lookOf } from '../src/logic/verdict'

test('every verdict has its own word, and never the shape of another colour', () => {
  const looks = ['valid', 'notInForce', 'suspended', 'ended'].map(lookOf)
  expect(looks.map((l) => l.key)).toEqual(['valid', 'notInForce', 'suspended', 'ended'])
  expect(new Set(looks.map((l) => l.shape)).size).toBe(4)
})

test('an answer we do not know is never taken for valid', () => {
  expect(lookOf('fine').key).toBe('ended')
  expect(lookOf('').key).toBe('ended')
  expect(fileLookOf('ok').key).toBe('fileInvalid')
})
