import type { ApplicationSummary, HeldLicense, Use } from '@yinxin/shared'
import { expect, test } from 'vitest'
import { todos } from '../src/logic/todo'

const now = new Date('2026-03-02T08:00:00+08:00')

const license = (id: string, state: HeldLicense['state'], validTo?: string): HeldLicense => ({
  id,
  type: { code: '1', name: '营业执照', family: 'business' },
  holderName: '某公司',
  numberMasked: '***',
  state,
  stateText: '',
  issuer: '某局',
  validFrom: '2020-01-01',
  validTo,
  inspectionLate: false,
  usable: true,
})

const use = (recordNo: string, result: Use['result'], at: string): Use => ({
  recordNo,
  at,
  ground: 'case',
  result,
  license: { id: 'a', typeName: '营业执照' },
  purpose: '',
  role: 'clerk',
  fields: [],
})

const brief = (l: HeldLicense[], u: Use[] = []) => todos({ licenses: l, uses: u }, now).map((t) => `${t.message} ${t.n}`)

test.each([
  ['2026-04-02', []],
  ['2026-04-01', ['expiring 30']],
  ['2026-03-03', ['expiring 1']],
  ['2026-03-02', ['expiresToday 0']],
  ['2026-03-01', []],
])('valid until %s', (validTo, want) => {
  expect(brief([license('a', 'valid', validTo)])).toEqual(want)
})

test('states that stop use wait for the holder, those that ended it do not', () => {
  const all: HeldLicense['state'][] = ['lost', 'suspended', 'inspectionOverdue', 'disputed', 'expired', 'cancelled', 'making', 'valid']
  expect(brief(all.map((s) => license(s, s)))).toEqual(['lost 0', 'suspended 0', 'inspectionOverdue 0', 'disputed 0'])
})

test('refusals of the last seven days are one line, after the urgent and the dated', () => {
  const uses = [
    use('n1', 'refused', '2026-03-02T07:00:00+08:00'),
    use('n2', 'refused', '2026-02-24T07:00:00+08:00'),
    use('n3', 'refused', '2026-02-23T23:00:00+08:00'),
    use('n4', 'given', '2026-03-02T07:00:00+08:00'),
  ]
  const licenses = [license('a', 'valid', '2026-03-20'), license('b', 'lost')]
  expect(brief(licenses, uses)).toEqual(['lost 0', 'expiring 18', 'refused 2'])
  expect(todos({ licenses: [], uses: uses.slice(0, 1) }, now)[0]?.to).toBe('/uses/n1')
  expect(todos({ licenses: [], uses }, now)[0]?.to).toBe('/uses?show=refused')
})

test('a correction comes first, a draft is called to mind, a life event once', () => {
  const application = (caseNo: string, stage: ApplicationSummary['stage'], bundleId?: string): ApplicationSummary => ({
    caseNo, matter: { code: '1', name: '食品经营许可' }, unit: { id: 'u', name: '某局' }, channel: 'online', stage, taken: false,
    state: 'open', todo: stage === 'draft' || stage === 'mend', bundleId, openedAt: '2026-03-01T08:00:00+08:00', workdaysLeft: 3,
  })
  const applications = [application('1', 'draft'), application('2', 'decide'), application('3', 'draft', 'b'), application('4', 'draft', 'b'), application('5', 'mend')]
  expect(todos({ licenses: [], applications }, now).map((t) => `${t.message} ${t.to}`)).toEqual([
    'mend /applications/5', 'draft /applications/1', 'draft /bundles/b',
  ])
})
