import { describe, expect, it } from 'vitest'
import type { Use } from '@yinxin/shared'
import { addressOf, askOf, choices, isNarrowed, narrowed } from '../src/logic/uses'

describe('the list of uses', () => {
  it('reads its address, and takes nothing that is no filter', () => {
    const n = narrowed({ license: 'L', ground: 'case', from: '2026-03-01', to: 'tomorrow', unit: ['a', 'b'], show: 'refused', own: '1' })
    expect(n).toEqual({ license: 'L', unit: undefined, ground: 'case', from: '2026-03-01', to: undefined, refused: true, own: true })
    expect(narrowed({ ground: 'curiosity' })).toMatchObject({ ground: undefined, refused: false, own: false })
    expect(narrowed(addressOf(n))).toEqual(n)
    expect(addressOf(narrowed({}))).toEqual({})
  })

  it('asks for given and refused apart, and leaves own looks out unless they are wanted', () => {
    expect(askOf(narrowed({}))).toMatchObject({ result: 'given', others: true, limit: 50, before: undefined })
    expect(askOf(narrowed({ show: 'refused' }), 'YX1')).toMatchObject({ result: 'refused', before: 'YX1' })
    expect(askOf(narrowed({ own: '1' })).others).toBe(false)
    expect(askOf(narrowed({ ground: 'self' })).others).toBe(false)
  })

  it('offers what was seen, each once', () => {
    const use = (unitId: string | undefined, unit: string | undefined) => ({ unitId, unit }) as Use
    const seen = [use('2', '乙局'), use('1', '甲局'), use('2', '乙局'), use(undefined, undefined)]
    expect(choices(seen, (u) => ({ value: u.unitId, label: u.unit }))).toEqual([
      { value: '1', label: '甲局' },
      { value: '2', label: '乙局' },
    ])
  })

  it('knows whether it is narrowed', () => {
    expect(isNarrowed(narrowed({ show: 'refused', own: '1' }))).toBe(false)
    expect(isNarrowed(narrowed({ to: '2026-03-01' }))).toBe(true)
  })
})
