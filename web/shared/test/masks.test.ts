import { expect, test } from 'vitest'
import { isPersonal, maskCode, maskName, maskPersonal, maskPhone } from '../src/masks'

test.each([
  ['张', '张'],
  ['张明', '张*'],
  ['张小明', '张*明'],
  ['欧阳小明', '欧**明'],
  [' 𠮷田明 ', '𠮷*明'],
])('name %s', (name, want) => expect(maskName(name)).toBe(want))

test.each([
  ['350102199001011234', '3501**********1234'],
  ['91350100M0001N2J4T', '9135**********2J4T'],
  ['AB123456', '******56'],
  ['12', '**'],
  ['', ''],
])('code %s', (code, want) => expect(maskCode(code)).toBe(want))

test('phones keep three and four', () => {
  expect(maskPhone('13800001234')).toBe('138****1234')
  expect(maskPersonal('13800001234')).toBe('138****1234')
  expect(maskPersonal('350102199001011234')).toBe('3501**********1234')
})

test('a mask never shows more than eight characters of a long code', () => {
  for (let n = 3; n < 40; n++) {
    const shown = [...maskCode('9'.repeat(n))].filter((c) => c !== '*').length
    expect(shown).toBeLessThanOrEqual(n < 11 ? 2 : 8)
  }
})

test('only citizens’ numbers and phones are personal', () => {
  expect(isPersonal('35010219900101123X')).toBe(true)
  expect(isPersonal('13800001234')).toBe(true)
  expect(isPersonal('91350100M0001N2J4T')).toBe(false)
  expect(isPersonal('张明')).toBe(false)
})
