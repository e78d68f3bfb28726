import { describe, expect, it } from 'vitest'
import { held } from '../src/logic/paged'
import { placeOf } from '../src/logic/finding'
import { blankComparison, blankRule, changed, toggled, withField, withRegister } from '../src/logic/typerules'

describe('rules at entry', () => {
  it('take fields in the order in which they are chosen', () => {
    const rule = toggled(toggled(blankRule(), 'KZ_B'), 'KZ_A')
    expect(rule.fields).toEqual(['KZ_B', 'KZ_A'])
    expect(toggled(rule, 'KZ_B').fields).toEqual(['KZ_A'])
  })

  it('change one by one, and leave what was read', () => {
    const list = [blankRule(), blankRule()]
    expect(changed(list, 1, { severity: 'warn' }).map((r) => r.severity)).toEqual(['block', 'warn'])
    expect(list[1]?.severity).toBe('block')
  })
})

describe('comparisons with base registers', () => {
  it('begin with the register of the holders', () => {
    expect(blankComparison({ holderKind: 'natural' }).register).toBe('population')
    expect(blankComparison({ holderKind: 'legal' }).register).toBe('legal')
  })

  it('let go of what another register cannot compare', () => {
    const c = withField(blankComparison({ holderKind: 'legal' }), 'representative', 'KZ_FDDBR')
    expect(withRegister(c, 'population').fields).toEqual({ name: 'CZZT' })
    expect(withRegister(c, 'institution').fields).toEqual({ name: 'CZZT', representative: 'KZ_FDDBR' })
    expect(withField(c, 'name', undefined).fields).toEqual({ representative: 'KZ_FDDBR' })
  })

  it('are found where they are mended', () => {
    expect(placeOf({ path: 'compare[0].fields' }, { fields: [] })).toEqual({ part: 'business', control: 'compare-0' })
    expect(placeOf({ path: 'rules[2]' }, { fields: [] })).toEqual({ part: 'business', control: 'rule-2' })
    expect(placeOf({ path: 'rules' }, { fields: [] })).toEqual({ part: 'business', control: 'add-rule' })
    expect(placeOf({ path: 'duplicate' }, { fields: [] })).toEqual({ part: 'business', control: 'type-duplicate' })
  })
})

describe('a filter', () => {
  const state = { key: 'state', label: '', options: [], usual: 'overdue' }
  it('shows what holds where nothing is chosen', () => {
    expect(held(state, {})).toBe('overdue')
    expect(held(state, { state: 'late' })).toBe('late')
    expect(held({ key: 'kind', label: '', options: [] }, {})).toBeUndefined()
  })
})
