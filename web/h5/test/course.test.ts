import type { Application } from '@yinxin/shared'
import { expect, test } from 'vitest'
import { courseOf } from '../src/logic/course'

const course = (stage: Application['stage'], actions: string[], more: Partial<Application> = {}) =>
  courseOf({
    stage,
    state: 'open',
    taken: stage !== 'accept',
    history: actions.map((action) => ({ at: '2026-03-01T08:00:00+08:00', action, mine: false })),
    ...more,
  } as Application).map((s) => `${s.when} ${s.key}`)

test('a draft has only what is to come', () => {
  expect(course('draft', ['apply'])).toEqual(['past did.apply', 'now stage.handedIn', 'next stage.accept', 'next stage.decide', 'next stage.done'])
})

test('steps among colleagues are not told', () => {
  expect(course('decide', ['handin', 'accept', 'reassign', 'submit', 'take'])).toEqual([
    'past did.handin', 'past did.accept', 'past did.submit', 'now stage.decide', 'next stage.done',
  ])
})

test('a correction waits for the applicant', () => {
  expect(course('mend', ['handin', 'correct'])).toEqual([
    'past did.handin', 'past did.correct', 'now stage.mend', 'next stage.decide', 'next stage.done',
  ])
})

test('what is over has nothing to come', () => {
  expect(course('done', ['handin', 'approve', 'publish'], { state: 'closed', outcome: 'approved' })).toEqual([
    'past did.handin', 'past did.approve', 'past did.publish',
  ])
})
