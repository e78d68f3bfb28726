import { describe, expect, it } from 'vitest'
import type { MakingForm } from '../src/api.making'
import { controlOf, emptyDraft, entryOf, firstLacking } from '../src/logic/offline'

const form: MakingForm = {
  code: 'T',
  name: '食品经营许可证',
  holderKind: 'legal',
  holdersMin: 1,
  holdersMax: 2,
  numbered: true,
  systems: [],
  fields: [
    { name: 'KZ_ZS', label: '住所', type: 'text', required: true },
    { name: 'KZ_BZ', label: '备注', type: 'text', required: false },
  ],
}

describe('an offline entry', () => {
  it('names the first thing that is empty', () => {
    const d = emptyDraft('2026-03-02', form)
    expect(firstLacking(form, d)).toBe('holder-name-0')
    d.holders[0] = { name: '榕印小吃', code: ' 91350102yx0000001a ' }
    expect(firstLacking(form, d)).toBe('own-KZ_ZS')
    d.fields.KZ_ZS = '鼓楼区'
    expect(firstLacking(form, d)).toBeUndefined()
    expect(firstLacking({ ...form, numbered: false }, d)).toBe('entry-number')
    d.closedOn = ''
    expect(firstLacking(form, d)).toBe('entry-closed')
  })

  it('sends nothing that was left empty', () => {
    const d = emptyDraft('2026-03-02', form)
    d.holders[0] = { name: ' 榕印小吃 ', code: ' 91350102yx0000001a ' }
    d.fields = { KZ_ZS: '鼓楼区', KZ_BZ: ' ' }
    expect(entryOf('T', d)).toEqual({
      typeCode: 'T',
      holders: [{ name: '榕印小吃', code: '91350102YX0000001A' }],
      fields: { KZ_ZS: '鼓楼区' },
      issuedOn: '2026-03-02',
      closedOn: '2026-03-02',
      number: undefined,
      systemId: undefined,
      caseNo: undefined,
      paperSerial: undefined,
    })
  })

  it('leads from a finding to its control', () => {
    expect(['holders[1].code', 'number', 'KZ_ZS', 'paperSerial', undefined].map(controlOf)).toEqual(['holder-code-1', 'entry-number', 'own-KZ_ZS', 'entry-serial', undefined])
  })
})
