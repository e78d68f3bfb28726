import { describe, expect, it } from 'vitest'
import { momentKind } from '../src/logic/deadline'
import { filterCases, sortCases } from '../src/logic/filter'
import { caseDuty, groupTasks, tasksOf } from '../src/logic/tasks'
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

  it('counts a moment in Beijing days', () => {
    const now = new Date('2026-11-20T16:30:00Z') // 00:30 on the 21st in Beijing
    expect(momentKind('2026-11-21T18:00:00+08:00', now)).toBe('today')
    expect(momentKind('2026-11-20T18:00:00+08:00', now)).toBe('overdue')
    expect(momentKind('2026-11-23T18:00:00+08:00', now)).toBe('soon')
    expect(momentKind('2026-11-24T18:00:00+08:00', now)).toBe('later')
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
