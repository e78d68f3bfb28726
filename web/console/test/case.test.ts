import { Problem } from '@yinxin/shared'
import { describe, expect, it } from 'vitest'
import type { Field, Matter } from '../src/api'
import { anchorOf } from '../src/logic/anchor'
import { difference, filledFrom, sameValue } from '../src/logic/compare'
import { toCsv } from '../src/logic/csv'
import { changedValues, valueFault } from '../src/logic/form'
import { articleFor, articleOf, changedMaterials, mayTakePaper, nextStep, rulesOf, spokenStage } from '../src/logic/material'
import { blamed, newCase, partiesOf, partyFaults, type Entry, type PartyName } from '../src/logic/party'
import { casePower, mayReview, roomsOf } from '../src/logic/power'
import { approver, clerk, detail, field, making, material, reviewer } from './sample'

const matter: Matter = {
  code: 'M1',
  baseCode: 'B1',
  name: '食品经营许可',
  unit: { id: 'u', name: '局' },
  level: 3,
  basis: '',
  holderKind: 'legal',
  days: 5,
  statutoryDays: 5,
  kind: '01',
  process: [],
  aliases: [],
  materials: [
    { seq: 1, name: '营业执照', type: { code: 'T', name: '营业执照' }, party: 'applicant', required: true, stages: ['accept'], fields: [], bindings: [], state: 'bound' },
    { seq: 2, name: '身份证', type: { code: 'I', name: '身份证' }, party: 'representative', required: true, stages: ['accept'], fields: [], bindings: [], state: 'bound' },
    { seq: 3, name: '平面图', party: 'spouse', required: true, stages: ['accept'], fields: [], bindings: [], state: 'open' },
  ],
  form: [
    { name: 'name', label: '名称', type: 'text', required: true, maxLength: 4, from: '1.CZZT', locked: false },
    { name: 'since', label: '成立日期', type: 'date', required: false, locked: false },
  ],
}

describe('form', () => {
  it('sends only what changed', () => {
    const fields = [field({ value: '榕城' }), field({ name: 'place' })]
    expect(changedValues(fields, { name: '榕城', place: '' })).toEqual({})
    expect(changedValues(fields, { name: '榕城二', place: '' })).toEqual({ name: '榕城二' })
  })

  it.each([
    ['', 'required'],
    ['一二三四五', 'long'],
    ['一二三四', undefined],
  ])('judges the text %j', (value, want) => {
    expect(valueFault(matter.form[0]!, value)).toBe(want)
  })

  it('judges numbers and dates', () => {
    expect(valueFault(field({ type: 'number', required: false }), '12a')).toBe('number')
    expect(valueFault(field({ type: 'number', required: false }), '12.5')).toBeUndefined()
    expect(valueFault(matter.form[1]!, '2026/3/1')).toBe('date')
  })
})

describe('comparison with the license', () => {
  const looked = new Map<number, Field[]>([[1, [{ name: 'CZZT', label: '名称', value: '榕城三味餐饮管理有限公司' }]]])

  it('marks a value that differs, and only once the copy was looked at', () => {
    expect(difference('榕城三味餐饮有限公司', '1.CZZT', looked)).toBe('榕城三味餐饮管理有限公司')
    expect(difference('榕城三味餐饮管理有限公司', '1.CZZT', looked)).toBeUndefined()
    expect(difference('别的', '1.CZZT', new Map())).toBeUndefined()
    expect(difference('别的', undefined, looked)).toBeUndefined()
  })

  it.each([
    ['2021年6月18日', '2021-06-18', true],
    ['ＡＢ 12', 'ab12', true],
    ['榕城', '蓉城', false],
  ])('%s and %s agree: %s', (a, b, want) => {
    expect(sameValue(a, b)).toBe(want)
  })

  it('finds the form field a license field fills', () => {
    expect(filledFrom(1, 'CZZT', matter.form)?.name).toBe('name')
    expect(filledFrom(2, 'CZZT', matter.form)).toBeUndefined()
  })
})

describe('materials', () => {
  it('gives advice by the code of the reason, else by status', () => {
    const reason = (code: string) => ({ code, zh: '', en: '' })
    expect(nextStep(material({ status: 'unusable', reason: reason('material.expired') }))).toBe('renew')
    expect(nextStep(material({ status: 'refused', reason: reason('access.case.type') }))).toBe('notNeeded')
    expect(nextStep(material({ status: 'missing', reason: reason('something.new') }))).toBe('paper')
    expect(nextStep(material({ status: 'missing', reason: reason('material.missing') }))).toBeUndefined()
    expect(nextStep(material({ status: 'lent' }))).toBeUndefined()
  })

  it('takes no paper for what a license satisfies', () => {
    expect(mayTakePaper(material({ status: 'lent' }))).toBe(false)
    expect(mayTakePaper(material({ status: 'missing' }))).toBe(true)
    expect(mayTakePaper(material({ status: 'refused' }))).toBe(true)
    expect(mayTakePaper(material({ status: 'refused', reason: { code: 'access.case.type', zh: '', en: '' } }))).toBe(false)
  })

  it('finds licenses whose state changed after opening', () => {
    const at = '2026-11-20T09:00:00+08:00'
    const c = detail({
      materials: [
        material({ seq: 1, recheck: { state: 'valid', stateText: '有效', changed: false, sourceDown: false, at } }),
        material({ seq: 2, recheck: { state: 'lost', stateText: '挂失', changed: true, sourceDown: false, at } }),
        material({ seq: 3 }),
      ],
    })
    expect(changedMaterials(c).map((m) => m.seq)).toEqual([2])
  })

  it('cites the rules that bear on the case', () => {
    const c = detail({ electronic: false, materials: [material(), material({ seq: 2, status: 'missing' })] })
    expect(rulesOf(c, true)).toEqual([7, 12, 15, 17])
  })

  it('rests a refusal on the article its words cite, else on the one for its status', () => {
    const reason = { code: 'x', zh: '没有用证的依据（榕政办〔2018〕214号第十二条）。', en: '' }
    expect(articleFor(material({ status: 'missing', reason }))).toBe(12)
    expect(articleFor(material({ status: 'missing', reason: { ...reason, zh: '没有。' } }))).toBe(15)
    expect(articleFor(material())).toBeUndefined()
  })

  it('speaks of a case that came back as sent back, until it is submitted again', () => {
    const step = (action: 'submit' | 'return') => ({ at: '2026-11-20T09:00:00+08:00', action, actor: { name: '林一', roles: [] } })
    expect(spokenStage(detail({ history: [step('submit'), step('return')] }))).toBe('returned')
    expect(spokenStage(detail({ stage: 'decide', history: [step('submit'), step('return'), step('submit')] }))).toBe('decide')
    expect(spokenStage(detail())).toBe('accept')
  })

  it.each([
    ['榕政办〔2018〕214号 第十五条', 15],
    ['第三条', 3],
    ['第二十条', 20],
    ['第十条', 10],
    ['art. 12', 12],
    ['GB/T 33190', undefined],
  ])('reads the article out of %s', (clause, want) => {
    expect(articleOf(clause)).toBe(want)
  })
})

describe('power', () => {
  const decide = detail({ stage: 'decide', assignee: undefined, mine: false })

  it('lets the clerk edit and submit their own case', () => {
    expect(casePower(detail(), clerk)).toMatchObject({ edit: true, submit: true, take: false, look: true, decide: false })
  })

  it('lets an approver take first, then decide', () => {
    expect(casePower(decide, approver)).toMatchObject({ take: true, decide: false, look: false })
    const mine = { ...decide, mine: true }
    expect(casePower(mine, approver)).toMatchObject({ take: false, decide: true, edit: false, look: true })
  })

  it('gives nothing on closed cases or to the wrong role', () => {
    expect(Object.values(casePower(detail({ state: 'closed' }), clerk)).some(Boolean)).toBe(false)
    expect(Object.values(casePower(decide, clerk)).some(Boolean)).toBe(false)
    expect(Object.values(casePower(detail({ mine: false }), clerk)).some(Boolean)).toBe(false)
    expect(casePower(detail({ mine: false, channel: 'online', assignee: undefined }), clerk)).toMatchObject({ take: true, edit: false, correct: false })
    expect(casePower(detail({ channel: 'event' }), clerk)).toMatchObject({ edit: true, correct: true })
  })

  it('reviews only what is sealed and approved by someone else', () => {
    expect(mayReview(making({ mine: true }), reviewer)).toBe(false)
    expect(mayReview(making(), reviewer)).toBe(true)
    expect(mayReview(making({ step: 'data' }), reviewer)).toBe(false)
    expect(mayReview(making(), approver)).toBe(false)
  })

  it('shows each role its rooms', () => {
    expect(roomsOf(clerk)).toEqual(['today', 'window', 'cases', 'makings', 'appeals', 'seals'])
    expect(roomsOf(approver)).toEqual(['today', 'cases', 'makings', 'seals'])
    expect(roomsOf(reviewer)).toEqual(['today', 'makings', 'seals'])
    expect(roomsOf({ ...clerk, roles: ['supervisor'] })).toEqual(['today', 'appeals', 'supervise'])
  })
})

describe('new case', () => {
  const typed = (over: Partial<Record<PartyName, string>>): Record<PartyName, Entry> => {
    const entry = (p: PartyName) => ({ code: over[p] ?? '', name: '' })
    return { applicant: entry('applicant'), representative: entry('representative'), spouse: entry('spouse') }
  }
  const asks = partiesOf(matter)

  it('asks for parties whose licenses are fetched, and for whom the server asks besides', () => {
    expect(asks).toEqual([
      { party: 'applicant', required: true },
      { party: 'representative', required: true },
    ])
    expect(partiesOf(matter, ['spouse']).map((a) => a.party)).toEqual(['applicant', 'representative', 'spouse'])
    const lax = { ...matter, materials: matter.materials.map((m) => ({ ...m, required: false })) }
    expect(partiesOf(lax)[1]).toEqual({ party: 'representative', required: false })
  })

  it('names each fault; an optional party may stay empty', () => {
    expect(partyFaults(matter, asks, typed({ applicant: '91350100M000100Y43' }))).toEqual({ representative: 'empty' })
    const optional = asks.map((a) => ({ ...a, required: a.party === 'applicant' }))
    expect(partyFaults(matter, optional, typed({ applicant: '91350100M000100Y43' }))).toEqual({})
  })

  it('sends tidy codes, and names only where they were asked for', () => {
    const t = typed({ applicant: '91350100m000100y43 ', representative: '11010519491231002x' })
    t.representative.name = ' 郑小明 '
    expect(newCase(matter, asks, t, 'k')).toEqual({
      matterCode: 'M1',
      applicant: { code: '91350100M000100Y43' },
      representative: { code: '11010519491231002X', name: '郑小明' },
      idempotencyKey: 'k',
    })
  })

  it('reads from a problem whom it blames', () => {
    const errors = [{ field: 'representative.code', code: 'case.holder-unknown', zh: '', en: '' }]
    expect(blamed(new Problem(422, { code: 'case.holder-unknown', errors }), 'case.holder-unknown')).toEqual(['representative'])
    expect(blamed(new Error('x'), 'case.holder-unknown')).toEqual([])
  })
})

describe('small things', () => {
  it('leads a field named by the server to its place', () => {
    expect(anchorOf('materials.3')).toBe('#material-3')
    expect(anchorOf('form.name')).toBe('#field-name')
    expect(anchorOf('opinion')).toBeUndefined()
    expect(anchorOf('place', (id) => id === 'field-place')).toBe('#field-place')
  })

  it('quotes cells and defuses formulas', () => {
    expect(toCsv(['a"b'], [['=1+1', '，']])).toBe('\uFEFF"a""b"\r\n"\'=1+1","，"\r\n')
  })
})
