import { describe, expect, it } from 'vitest'
import { citizenFault, codeFault, tidyCode, usccFault } from '../src/logic/codes'

describe('codes', () => {
  it.each([
    ['91350100M000100Y43', undefined],
    ['91350100M000100Y44', 'check'],
    ['91350100M000100Y4', 'length'],
    ['9135010IM000100Y43', 'charset'],
    ['', 'empty'],
  ])('judges the credit code %s', (code, want) => {
    expect(usccFault(code)).toBe(want)
  })

  it.each([
    ['11010519491231002X', undefined],
    ['110105194912310021', 'check'],
    ['11010519490231002X', 'date'],
    ['1101051949123100', 'length'],
    ['11010519491231002A', 'charset'],
  ])('judges the citizen number %s', (code, want) => {
    expect(citizenFault(code)).toBe(want)
  })

  it('tidies what was typed', () => {
    expect(tidyCode(' 110105 1949-1231 002x ')).toBe('11010519491231002X')
    expect(tidyCode('９１３５')).toBe('9135')
  })

  it('accepts either kind where either may stand', () => {
    expect(codeFault('11010519491231002X', ['uscc', 'citizen'])).toBeUndefined()
    expect(codeFault('91350100M000100Y43', ['uscc', 'citizen'])).toBeUndefined()
    expect(codeFault('110105194912310021', ['uscc', 'citizen'])).toBe('check')
    expect(codeFault('11010519491231002X', ['uscc'])).toBe('check')
  })
})
