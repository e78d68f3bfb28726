import { describe, expect, it } from 'vitest'
import type { Matter } from '../src/api'
import type { Listed, MaterialBinding, MatterEntry, Scenario } from '../src/api.matter'
import { scaled } from '../src/logic/bars'
import { bindableFields, bindingFault, choiceOf, chosenFields, draftOf, goneFields, moved, withoutField, type BindingDraft } from '../src/logic/binding'
import { daysFault, entryOf, ownDraft } from '../src/logic/elements'
import { entryPower, mayPropose } from '../src/logic/lists'
import { byLevel, tally } from '../src/logic/matter'
import { emptyScenario, scenarioBody, scenarioDraft, scenarioFault, termFault } from '../src/logic/scenario'
import { boundShare, decidedShare, percent, stack, standing } from '../src/logic/share'
import { trialBars, trialVerdict } from '../src/logic/trial'
import { clerk } from './sample'

const license = { value: '11350000YX0000016Q001', label: '营业执照' }
const draft = (part: Partial<BindingDraft> = {}): BindingDraft => ({
  decision: 'bound',
  party: 'applicant',
  stages: ['decide', 'accept'],
  alternatives: [{ type: license, fields: ['CZZT'] }],
  ...part,
})
const material = (part: Partial<MaterialBinding> = {}): MaterialBinding => ({
  seq: 1,
  name: '营业执照',
  required: true,
  state: 'bound',
  party: 'representative',
  stages: ['decide'],
  inherited: false,
  version: 3,
  fields: [],
  bindings: [
    { type: { code: license.value, name: license.label }, fields: [{ name: 'CZZT', label: '持证主体' }, { name: 'KZ_OLD', label: 'KZ_OLD' }] },
  ],
  ...part,
})

describe('a binding', () => {
  it('is sent with its stages in order, and another decision with nothing else', () => {
    expect(choiceOf(draft())).toEqual({ decision: 'bound', bindings: [{ type: license.value, fields: ['CZZT'] }], party: 'applicant', stages: ['accept', 'decide'] })
    expect(choiceOf(draft({ decision: 'plain' }))).toEqual({ decision: 'plain' })
    expect(choiceOf(draft({ decision: 'inherit' }))).toEqual({ decision: 'inherit' })
  })

  it('is edited as it holds; what comes from the item is inherited', () => {
    expect(choiceOf(draftOf(material()))).toEqual({ decision: 'bound', bindings: [{ type: license.value, fields: ['CZZT', 'KZ_OLD'] }], party: 'representative', stages: ['decide'] })
    expect(draftOf(material({ inherited: true })).decision).toBe('inherit')
    expect(draftOf(material({ state: 'open', bindings: [], stages: [], party: undefined }))).toEqual({ decision: 'open', party: 'applicant', stages: ['accept', 'decide'], alternatives: [] })
  })

  it.each([
    ['whole', draft(), undefined],
    ['plain', draft({ decision: 'plain', alternatives: [], stages: [] }), undefined],
    ['without a license', draft({ alternatives: [] }), 'none'],
    ['that reads nothing of one license, and so only verifies it,', draft({ alternatives: [{ type: license, fields: ['CZZT'] }, { type: license, fields: [] }] }), undefined],
    ['for no stage', draft({ stages: [] }), 'stages'],
  ])('%s has the fault it has', (_name, d, want) => expect(bindingFault(d)).toBe(want))

  it('keeps its alternatives in order and its fields in the order of the type', () => {
    expect(moved(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c'])
    expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c'])
    const all = ['ZZBH', 'CZZT', 'ZS'].map((name) => ({ name, label: name, sensitive: 0 }))
    expect(chosenFields(all, ['ZS', 'ZZBH', 'OLD'])).toEqual(['ZZBH', 'ZS'])
    expect(goneFields(all, ['ZS', 'OLD'])).toEqual(['OLD'])
  })

  it('is mended by leaving a field out, unless nothing would be left', () => {
    expect(withoutField(material(), license.value, 'KZ_OLD')?.bindings).toEqual([{ type: license.value, fields: ['CZZT'] }])
    const only = material({ bindings: [{ type: { code: license.value, name: '' }, fields: [{ name: 'KZ_OLD', label: '' }] }] })
    expect(withoutField(only, license.value, 'KZ_OLD')).toBeUndefined()
  })

  it('offers what every license has and the fields of the type, in the language of the page', () => {
    const own = [{ name: 'KZ_ZS', label: '住所', labelEn: 'Address', sensitive: 1 }]
    const fields = bindableFields(own, 'en', (n) => `base ${n}`)
    expect(fields[0]).toEqual({ name: 'CZZT', label: 'base CZZT', sensitive: 1 })
    expect(fields.at(-1)).toEqual({ name: 'KZ_ZS', label: 'Address', sensitive: 1 })
    expect(bindableFields(own, 'zh', (n) => n).at(-1)?.label).toBe('住所')
  })
})

describe('the own content of a matter', () => {
  const entry: MatterEntry = { code: 'M', unit: 'U', level: 4, promisedDays: 5, aliases: ['A1'], overrides: { fee: '10元', materials: [{ seq: 1 }] } }

  it('goes into the form and back unchanged, with what the form does not show', () => {
    expect(entryOf(entry, ownDraft(entry))).toEqual({ ...entry, place: undefined, hours: undefined })
  })

  it('drops an element that is inherited again, and empty parts', () => {
    const d = ownDraft(entry)
    delete d.own.fee
    const after = entryOf(entry, { ...d, promisedDays: '', aliases: ' A1\n B2 ', own: { ...d.own, basis: ' 法 ' } })
    expect(after.overrides).toEqual({ materials: [{ seq: 1 }], basis: '法' })
    expect(after.promisedDays).toBeUndefined()
    expect(after.aliases).toEqual(['A1', 'B2'])
  })

  it.each([
    ['', undefined],
    ['10', undefined],
    ['11', 'long'],
    ['1.5', 'number'],
    ['x', 'number'],
  ])('takes %s as promised days of ten with fault %s', (text, want) => expect(daysFault(text, 10)).toBe(want))
})

describe('lists', () => {
  const entry = (state: Listed['state'], id = 'U1'): Listed => ({ id: 'E', state, proposedBy: { id, name: '' }, version: 1 })
  const who = (role: string, unit = 'U1') => ({ ...clerk, roles: [role], unit: { id: unit, name: '' } })

  it('are proposed by the matter office and units, scenarios also by the digital office', () => {
    expect(mayPropose('exemptions', who('catalog'))).toBe(true)
    expect(mayPropose('exemptions', who('digital'))).toBe(false)
    expect(mayPropose('scenarios', who('digital'))).toBe(true)
    expect(mayPropose('scenarios', who('clerk'))).toBe(false)
  })

  it.each([
    ['proposed', 'catalog', 'U1', { change: true, publish: false, withdraw: true }],
    ['proposed', 'catalog', 'U2', { change: false, publish: false, withdraw: false }],
    ['proposed', 'digital', 'U2', { change: false, publish: true, withdraw: true }],
    ['published', 'matters', 'U1', { change: false, publish: false, withdraw: false }],
    ['published', 'digital', 'U1', { change: false, publish: false, withdraw: true }],
    ['withdrawn', 'digital', 'U1', { change: false, publish: false, withdraw: false }],
  ] as const)('an entry that is %s leaves %s of %s what the server allows', (state, role, unit, want) => {
    expect(entryPower('exemptions', entry(state), who(role, unit))).toEqual(want)
  })
})

describe('scenarios', () => {
  it('go into the form and back unchanged', () => {
    const s = { code: 'hotel', name: 'Hotel', nameZh: '酒店入住', nameEn: 'Hotel', audience: 'person', basis: '办法', types: [{ type: { code: 'T', name: '身份证' }, fields: [{ name: 'CZZT', label: '姓名' }] }] } as Scenario
    expect(scenarioBody(scenarioDraft(s))).toEqual({ code: 'hotel', name: '酒店入住', nameEn: 'Hotel', audience: 'person', basis: '办法', types: [{ type: 'T', fields: ['CZZT'] }] })
  })

  it('tell what they lack, one thing after the other', () => {
    const d = emptyScenario()
    expect(scenarioFault(d)).toBe('name')
    d.name = '酒店入住'
    d.code = 'Hotel'
    expect(scenarioFault(d)).toBe('code')
    d.code = 'hotel'
    expect(scenarioFault(d)).toBe('basis')
    d.basis = '办法'
    expect(scenarioFault(d)).toBe('types')
    d.types = [{ type: license, fields: [] }]
    expect(scenarioFault(d)).toBeUndefined()
    expect(termFault('2026-03-02', '2026-03-01')).toBe(true)
    expect(termFault('', '2026-03-01')).toBe(false)
  })
})

describe('coverage', () => {
  it('leaves out what no license satisfies, and never rounds up', () => {
    expect(boundShare({ bound: 9, plain: 90, open: 1 })).toBe(90)
    expect(decidedShare({ bound: 9, plain: 90, open: 1 })).toBe(99)
    expect(percent(boundShare({ bound: 2999, plain: 0, open: 1 }))).toBe('99.9%')
    expect(percent(boundShare({ bound: 0, plain: 3, open: 0 }))).toBe('—')
  })

  it.each([
    [95, 'reached'],
    [90, 'reached'],
    [80, 'near'],
    [79.9, 'below'],
    [undefined, 'none'],
  ])('%s of 90 is %s', (n, want) => expect(standing(n, 90)).toBe(want))

  it('draws parts that make a whole', () => {
    const parts = stack({ bound: 1, plain: 1, open: 2 })
    expect(parts.map((p) => [p.key, p.from, p.width])).toEqual([
      ['bound', 0, 25],
      ['plain', 25, 25],
      ['open', 50, 50],
    ])
    expect(stack({ bound: 0, plain: 0, open: 0 })).toEqual([])
  })

  it('counts the materials of a matter and orders its kin by level', () => {
    expect(tally({ materials: [material(), material({ state: 'open' }), material({ state: 'open' })] })).toEqual({ bound: 1, plain: 0, open: 2 })
    const at = (code: string, level: number) => ({ code, level }) as Matter
    expect(byLevel([at('c', 4), at('a', 3), at('b', 4)]).map((l) => [l.level, l.matters.map((m) => m.code)])).toEqual([
      [3, ['a']],
      [4, ['c', 'b']],
    ])
  })
})

describe('a trial', () => {
  it.each([
    [0, 0, 'nothing'],
    [10, 10, 'good'],
    [10, 9, 'good'],
    [10, 8, 'mixed'],
    [10, 4, 'bad'],
  ])('of %s with %s served is %s', (materials, served, want) => expect(trialVerdict({ materials, served })).toBe(want))

  it('shows every material once', () => {
    const bars = trialBars({ materials: 100, served: 80, saved: 50 })
    expect(bars.map((b) => [b.key, b.value])).toEqual([
      ['saved', 50],
      ['already', 30],
      ['failed', 20],
    ])
  })

  it('draws a bar for whatever is there', () => {
    const bars = scaled([
      { key: 'a', label: 'a', value: 1000, tone: 'jade' },
      { key: 'b', label: 'b', value: 1, tone: 'red' },
      { key: 'c', label: 'c', value: 0, tone: 'red' },
    ])
    expect(bars.map((b) => b.width)).toEqual([100, 1, 0])
    expect(scaled([{ key: 'a', label: 'a', value: 0, tone: 'red' }])[0]?.width).toBe(0)
  })
})
