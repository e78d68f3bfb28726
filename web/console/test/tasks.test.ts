import { describe, expect, it } from 'vitest'
import type { ConfigTask } from '../src/api.org'
import { momentKind, standing, standingText } from '../src/logic/deadline'
import { filterCases, sortCases } from '../src/logic/filter'
import { caseDuty, groupTasks, idleOf, tasksOf, workPlace } from '../src/logic/tasks'
import { approver, clerk, making, reviewer, summary } from './sample'

describe('tasks', () => {
  it('puts the overdue on top, then electronic cases, then by deadline', () => {
    const cases = [
      summary({ caseNo: 'paper-soon', electronic: false, workdaysLeft: 1, dueAt: '2026-11-10T18:00:00+08:00' }),
      summary({ caseNo: 'electronic-later', workdaysLeft: 5, dueAt: '2026-11-30T18:00:00+08:00' }),
      summary({ caseNo: 'electronic-soon', workdaysLeft: 1, dueAt: '2026-11-10T18:00:00+08:00' }),
      summary({ caseNo: 'paper-late', electronic: false, workdaysLeft: -1, dueAt: '2026-11-01T18:00:00+08:00' }),
      summary({ caseNo: 'today', workdaysLeft: 0, dueAt: '2026-11-09T18:00:00+08:00' }),
    ]
    const order = ['paper-late', 'today', 'electronic-soon', 'electronic-later', 'paper-soon']
    expect(tasksOf(cases, [], clerk).map((t) => t.key)).toEqual(order)
    expect(groupTasks(tasksOf(cases, [], clerk)).map((g) => [g.kind, g.tasks.length])).toEqual([
      ['overdue', 1],
      ['today', 1],
      ['later', 3],
    ])
  })

  it.each([
    ['a clerk’s own case', summary(), clerk, 'accept'],
    ['someone else’s case', summary({ assignee: { id: 'x', name: 'x' }, mine: false }), clerk, undefined],
    ['a closed case', summary({ state: 'closed', stage: 'done' }), clerk, undefined],
    ['a case nobody took', summary({ stage: 'decide', assignee: undefined, mine: false }), approver, 'take'],
    ['a case taken by me', summary({ stage: 'decide' }), approver, 'decide'],
    ['a case another approver took', summary({ stage: 'decide', mine: false }), approver, undefined],
    ['a case at decision, for the clerk', summary({ stage: 'decide' }), clerk, undefined],
  ])('knows the duty in %s', (_name, c, me, want) => {
    expect(caseDuty(c, me)).toBe(want)
  })

  it('lists a case of two queues once and only sealed licenses for review', () => {
    const c = summary({ stage: 'decide' })
    expect(tasksOf([c, c], [], approver)).toHaveLength(1)
    const makings = [making(), making({ licenseId: 'L2', step: 'data' }), making({ licenseId: 'L3', mine: true })]
    expect(tasksOf([], makings, reviewer).map((t) => t.key)).toEqual(['making-L1'])
  })

  it('says one deadline in one way', () => {
    const now = new Date('2026-11-21T02:00:00Z') // a Saturday
    const say = (key: string) => key
    const [friday, saturday, monday] = ['2026-11-21T00:00:00+08:00', '2026-11-22T00:00:00+08:00', '2026-11-24T00:00:00+08:00'] as const
    expect([standing(friday, 0, now), standingText(friday, 0, 'zh', say, now)]).toEqual(['overdue', 'deadline.past'])
    expect([standing(friday, -1, now), standingText(friday, -1, 'zh', say, now)]).toEqual(['overdue', 'deadline.overdue'])
    expect([standing(saturday, 0, now), standingText(saturday, 0, 'zh', say, now)]).toEqual(['today', 'deadline.today'])
    expect([standing(monday, 1, now), standingText(monday, 1, 'zh', say, now)]).toEqual(['soon', 'deadline.left'])
    expect([standing(monday, undefined, now), standingText(monday, undefined, 'zh', say, now)]).toEqual(['soon', 'deadline.by'])
  })

  it('counts a moment in Beijing days', () => {
    const now = new Date('2026-11-20T16:30:00Z') // 00:30 on the 21st in Beijing
    expect(momentKind('2026-11-21T18:00:00+08:00', now)).toBe('today')
    expect(momentKind('2026-11-20T18:00:00+08:00', now)).toBe('overdue')
    expect(momentKind('2026-11-23T18:00:00+08:00', now)).toBe('soon')
    expect(momentKind('2026-11-24T18:00:00+08:00', now)).toBe('later')
    expect(momentKind('2026-11-22T00:00:00+08:00', now), 'the end of this day').toBe('today')
    expect(momentKind('2026-11-23T00:00:00+08:00', now), 'the end of tomorrow').toBe('soon')
  })
})

describe('case list', () => {
  const cases = [
    summary({ caseNo: '1', stage: 'accept', missing: 2 }),
    summary({ caseNo: '2', stage: 'decide', workdaysLeft: -1 }),
    summary({ caseNo: '3', stage: 'done', state: 'closed', workdaysLeft: -9, electronic: false }),
  ]
  const nos = (list: typeof cases) => list.map((c) => c.caseNo)

  it('widens by stages, narrows by marks and words', () => {
    expect(nos(filterCases(cases, ['accept', 'decide'], ''))).toEqual(['1', '2'])
    expect(nos(filterCases(cases, ['accept', 'decide', 'overdue'], ''))).toEqual(['2'])
    expect(nos(filterCases(cases, [], '食品  3'))).toEqual(['3'])
    expect(nos(filterCases(cases, ['overdue'], ''))).toEqual(['2'])
  })

  it('leaves the closed to the end', () => {
    expect(nos(sortCases(cases))).toEqual(['2', '1', '3'])
  })
})

describe('work of configuration', () => {
  const work = (over: Partial<ConfigTask> = {}): ConfigTask => ({
    kind: 'type-review',
    subjectId: 'd1',
    label: '食品经营许可证',
    role: 'digital',
    detail: {},
    createdAt: '2026-11-01T09:00:00+08:00',
    late: false,
    ...over,
  })
  const digital = { ...clerk, roles: ['digital'] }

  it('stands among the other work: late on top, what has no deadline last', () => {
    const tasks = tasksOf([summary({ caseNo: 'C1', workdaysLeft: 4 })], [], digital, [
      work({ subjectId: 'open' }),
      work({ subjectId: 'late', late: true, dueAt: '2026-11-02T18:00:00+08:00' }),
      work({ kind: 'calendar-year', subjectId: '2027', dueAt: '2099-12-01T18:00:00+08:00' }),
    ])
    expect(tasks.map((t) => t.key)).toEqual(['type-review-late-', 'calendar-year-2027-', 'type-review-open-'])
    expect(tasks[0]).toMatchObject({ due: 'overdue', verb: 'work.kind.type-review', duty: 'config' })
  })

  it('leads to where it is done, whatever its kind', () => {
    const kinds = ['type-review', 'type-returned', 'type-outdated', 'list-review', 'matter-unbound', 'duty-vacant', 'calendar-year', 'import-errors'] as const
    const names = kinds.map((kind) => (workPlace(work({ kind, detail: { list: 'scenario' } })) as { name: string }).name)
    expect(names).toEqual(['type-review', 'type-draft', 'type', 'scenarios', 'unbound', 'unit', 'calendar', 'imports'])
  })

  it('tells each role what it means that nothing waits', () => {
    const text = (...roles: string[]) => idleOf({ ...clerk, roles }).text
    expect([text('clerk'), text('digital'), text('admin'), text('catalog'), text('matters'), text('verifier')]).toEqual([
      'today.emptyClerk',
      'work.emptyDigital',
      'work.emptyAdmin',
      'work.emptyCatalog',
      'work.emptyMatters',
      'work.emptyVerifier',
    ])
  })
})
