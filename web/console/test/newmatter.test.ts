import { describe, expect, it } from 'vitest'
import { codeOf, lacking, newItem, type NewMatter } from '../src/logic/newmatter'

const empty: NewMatter = {
  baseCode: '', name: '', nameEn: '', kind: '01', basis: '', holderKind: 'legal', conditions: '', statutoryDays: 20, fee: '',
  materials: [], promisedDays: undefined, place: '', hours: '',
}

describe('a matter entered by hand', () => {
  it('has its code from unit, level and item', () => {
    expect(codeOf('11350102YX0100017G', 4, '350131901001')).toBe('11350102YX0100017G4350131901001')
    expect(codeOf(undefined, 4, '350131901001')).toBe('')
    expect(codeOf('11350102YX0100017G', 0, '350131901001')).toBe('')
    expect(codeOf('11350102YX0100017G', 4, '35013190100')).toBe('')
  })

  it('says what is lacking, and asks nothing of an item that is known', () => {
    expect(lacking(empty, undefined, false)).toEqual(['baseCode', 'name', 'basis', 'unit'])
    expect(lacking({ ...empty, baseCode: '350131901001' }, 'u', true)).toEqual([])
  })

  it('numbers its materials and leaves out empty ones', () => {
    const item = newItem({ ...empty, name: ' 甲 ', materials: [{ name: '营业执照', required: true }, { name: ' ', required: true }, { name: '平面图', required: false }] }, 'T')
    expect(item.materials).toEqual([{ seq: 1, name: '营业执照', required: true }, { seq: 2, name: '平面图', required: false }])
    expect([item.name, item.result, item.duty, item.fee]).toEqual(['甲', 'T', 'here', undefined])
    expect(newItem(empty).duty).toBe('none')
  })
})
