import { expect, test } from 'vitest'
import { fileLookOf, lookOf, typeName } from '../src/logic/verdict'

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

test('a type comes alone or with its code', () => {
  expect(typeName('营业执照')).toBe('营业执照')
  expect(typeName({ code: '1', name: '营业执照' })).toBe('营业执照')
})
