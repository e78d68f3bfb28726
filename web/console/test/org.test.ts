import { describe, expect, it } from 'vitest'
import type { Candidate, CodeEntry, Duty, RoleWord, System, Unit } from '../src/api.org'
import { entryFaults, moved, tableBody } from '../src/logic/codetable'
import { byGap, percent } from '../src/logic/ledger'
import { candidatesFor, dutyRows, vacanciesIn } from '../src/logic/duty'
import { orgPower, roomsOf } from '../src/logic/power'
import { consequences, reorgBody, reorgFaults, type Known, type ReorgDraft } from '../src/logic/reorg'
import { barring } from '../src/logic/roles'
import { subjectPlace } from '../src/logic/subject'
import { systemBody, systemDraft, systemFaults } from '../src/logic/system'
import { blankUnit, unitBody, unitDraft, unitFaults } from '../src/logic/unit'
import { clerk } from './sample'

function unit(over: Partial<Unit> = {}): Unit {
  return {
    id: '11350102YX0100017G',
    name: '鼓楼区市场监督管理局',
    shownName: '鼓楼区市场监督管理局',
    level: 3,
    region: '350102',
    kind: 'government',
    state: 'active',
    path: [{ id: 'u0', name: '福州市人民政府' }],
    successors: [],
    children: 0,
    version: 7,
    ...over,
  }
}

describe('a unit', () => {
  it('goes into a form and back unchanged', () => {
    const u = unit({ area: '350102001', nameEn: 'Gulou', short: '鼓楼市监', parentId: 'u0' })
    expect(unitBody(unitDraft(u))).toEqual({ name: u.name, nameEn: 'Gulou', short: '鼓楼市监', level: 3, region: '350102', area: '350102001', parentId: 'u0', kind: 'government' })
  })

  it('begun under another takes its place and the next level', () => {
    expect(blankUnit(unit())).toMatchObject({ level: 4, parent: { value: '11350102YX0100017G' }, region: { value: '350102' } })
    expect(blankUnit(unit({ level: 6 })).level).toBe(6)
  })

  it('wants a code, a name and a region', () => {
    expect(unitFaults(blankUnit(), true)).toEqual({ id: 'codes.empty', name: 'unit.fault.name', region: 'unit.fault.region' })
    expect(unitFaults(unitDraft(unit()), false)).toEqual({})
  })
})

describe('who answers', () => {
  const duty = (over: Partial<Duty>): Duty => ({ unit: { id: 'u', name: '局' }, step: 'make', person: { id: 'a1', name: '林一' }, active: true, version: 1, ...over })
  const types = [{ code: 'A', name: '甲证' }, { code: 'B', name: '乙证' }]

  it('falls back to the one for all types, and a stopped account leaves the post vacant', () => {
    const rows = dutyRows(types, [duty({}), duty({ type: types[0], step: 'review', person: { id: 'a2', name: '陈二' } }), duty({ type: types[1], step: 'make', active: false })])
    expect(rows.map((r) => r.posts.map((p) => (p.vacant ? '!' : p.duty ? (p.inherited ? '*' : '+') : '-')).join(''))).toEqual(['+--', '*+!', '!!!'])
    expect(vacanciesIn(rows)).toBe(4)
  })

  it('offers whoever the role allows, but nobody for both making and review', () => {
    const people: Candidate[] = [
      { accountId: 'a1', name: '林一', roles: ['approver'], steps: ['make', 'correct'] },
      { accountId: 'a2', name: '陈二', roles: ['reviewer', 'approver'], steps: ['make', 'review'] },
    ]
    const row = dutyRows(types, [duty({ type: types[0], step: 'review', person: { id: 'a2', name: '陈二' } })])[1]!
    expect(candidatesFor(people, row, 'make').map((c) => [c.person.accountId, c.able])).toEqual([['a1', true], ['a2', false]])
    expect(candidatesFor(people, row, 'correct').map((c) => c.person.accountId)).toEqual(['a1'])
  })
})

describe('re-organisation', () => {
  const draft = (over: Partial<ReorgDraft> = {}): ReorgDraft => ({ kind: 'merge', units: [unit()], successors: [{ value: 's1', label: '新局' }], takers: {}, decisionNo: '榕编〔2026〕1号', ...over })
  const known = new Map<string, Known>([['11350102YX0100017G', { types: [{ code: 'A', name: '甲证' }, { code: 'B', name: '乙证' }], mandates: 2, accounts: 3 }]])
  const lines = (d: ReorgDraft) => consequences(d, known).map((c) => c.key)

  it.each([
    ['merger without anybody', { units: [], successors: [] }, { units: 'reorg.fault.units', successors: 'reorg.fault.successors' }],
    ['division into one', { kind: 'split' as const }, { successors: 'reorg.fault.two' }],
    ['hand-over of nothing', { kind: 'handover' as const }, { types: 'reorg.fault.types' }],
    ['hand-over to itself', { kind: 'handover' as const, successors: [{ value: unit().id, label: '自己' }], takers: { A: unit().id } }, { successors: 'reorg.fault.self' }],
    ['closing without successor', { kind: 'close' as const, successors: [] }, {}],
    ['unit that ended', { units: [unit({ state: 'merged' })] }, { units: 'reorg.fault.ended' }],
    ['no decision', { decisionNo: ' 1 ' }, { decisionNo: 'reorg.fault.decisionNo' }],
  ])('%s', (_name, over, want) => {
    expect(reorgFaults(draft(over))).toEqual(want)
  })

  it('tells beforehand what will follow', () => {
    expect(lines(draft({ units: [unit({ children: 4 })] }))).toEqual(['ends', 'rest', 'children', 'mandates', 'licenses', 'accounts', 'final'])
    expect(lines(draft({ kind: 'handover', takers: { A: 's1' } }))).toEqual(['types', 'licenses'])
    expect(lines(draft({ kind: 'close', successors: [] }))).toEqual(['ends', 'answers', 'mandates', 'licenses', 'accounts', 'final'])
  })

  it('sends the versions that were seen, and not the unit that absorbs the others', () => {
    const absorbing = unit({ id: 's1', version: 2 })
    expect(reorgBody(draft({ units: [unit(), absorbing] }), '机构改革').units).toEqual([{ id: unit().id, version: 7 }])
    expect(reorgBody(draft({ kind: 'split', takers: { A: 's1', B: '' } }), '机构改革').types).toEqual([{ type: 'A', to: 's1' }])
  })
})

describe('settings', () => {
  it('keep apart what one account may not hold', () => {
    const role = (r: string, ...apart: string[]): RoleWord => ({ role: r, label: r, apart })
    const all = [role('admin', 'clerk'), role('clerk'), role('digital', 'admin')]
    expect(all.map((r) => barring(r, ['admin'], all).map((b) => b.role))).toEqual([[], ['admin'], ['admin']])
  })

  it('give each role its rooms and powers', () => {
    const as = (...roles: string[]) => ({ ...clerk, roles, unit: { id: 'u1', name: '局' } })
    expect(roomsOf(as('admin'))).toEqual(['today', 'units', 'settings'])
    expect(roomsOf(as('catalog'))).toContain('units')
    const officer = orgPower(as('catalog'))
    expect([officer.units, officer.mandate('u1'), officer.mandate('u2'), officer.duty('u1'), officer.system()]).toEqual([false, true, false, true, true])
    const digital = orgPower(as('digital'))
    expect([digital.seals, digital.accounts, digital.system('u9'), digital.duty('u9')]).toEqual([true, false, true, false])
  })

  it('find the faults of a code table line by line', () => {
    const e = (code: string, label: string): CodeEntry => ({ code, label, valid: true })
    expect([...entryFaults([e('1', '甲'), e('', '乙'), e('2', ''), e('1', '丙'), e('', '')])]).toEqual([[1, 'code'], [2, 'label'], [3, 'twice']])
    expect(tableBody({ name: ' 表 ', nameEn: '', entries: [e(' 1 ', ' 甲 '), e('', '')] })).toEqual({ name: '表', nameEn: undefined, entries: [{ code: '1', label: '甲', labelEn: undefined, valid: true }] })
    expect([moved(['a', 'b'], 0, 1), moved(['a', 'b'], 0, -1)]).toEqual([['b', 'a'], ['a', 'b']])
  })

  it('count coverage without ever saying all while something is missing', () => {
    expect([percent(0, 0), percent(999, 1000), percent(1000, 1000), percent(1, 3)]).toEqual([0, 99, 100, 33])
    const of = (id: string, matters: number, covered: number) => ({ unit: { id, name: id }, systems: 1, connected: 0, matters, covered })
    expect(byGap([of('a', 5, 5), of('b', 9, 1)]).map((u) => u.unit?.id)).toEqual(['b', 'a'])
  })

  it('want a date of every connected system', () => {
    const s: System = { id: 's', name: '窗口系统', unitId: 'u', unit: { id: 'u', name: '局' }, matters: ['M'], connection: 'api', health: 'ok', version: 1 }
    expect(systemFaults(systemDraft(s))).toEqual({ since: 'system.fault.since' })
    expect(systemFaults(systemDraft({ ...s, since: '2026-01-01' }))).toEqual({})
    expect(systemBody({ ...systemDraft({ ...s, since: '2026-01-01' }), connection: 'none' }).since).toBeUndefined()
  })

  it('know where a changed thing is seen', () => {
    const at = (subject: string, subjectId: string) => (subjectPlace({ subject, subjectId }) as { name?: string } | undefined)?.name
    expect([at('unit', '11350102YX0100017G'), at('unit', 'x'), at('calendar', '2027'), at('claim', 'x')]).toEqual(['unit', undefined, 'calendar', undefined])
  })
})
