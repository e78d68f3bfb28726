import type { Application } from '@yinxin/shared'
import { standing } from './application'

/** One line of an application's course: what happened, is happening, or will. */
export interface CourseStep {
  key: string
  at?: string
  text?: string
  when: 'past' | 'now' | 'next'
}

// What colleagues hand to each other is one thing to an applicant: it is being looked at.
const told = new Set([
  'apply', 'open', 'handin', 'wait', 'advance', 'accept', 'correct', 'resubmit', 'submit', 'commit', 'approve', 'refuse', 'publish',
  'made-vertical', 'made-national', 'void', 'withdraw',
])
const ahead = ['handedIn', 'accept', 'decide', 'making', 'done'] as const

/** The course of an application: what has happened, and, while it is open, what comes next. */
export function courseOf(a: Application): CourseStep[] {
  const past: CourseStep[] = a.history
    .filter((h) => told.has(h.action))
    .map((h) => ({ key: `did.${h.action}`, at: h.at, text: h.opinion, when: 'past' }))
  if (a.state === 'closed') return past
  const [first, ...rest] = ahead.slice(ahead.indexOf(stageOf(a))).filter((s) => s !== 'making' || a.stage === 'making')
  return [
    ...past,
    { key: `stage.${standing(a) === 'mend' ? 'mend' : standing(a) === 'waiting' ? 'waiting' : first}`, when: 'now' },
    ...rest.map((s): CourseStep => ({ key: `stage.${s}`, when: 'next' })),
  ]
}

function stageOf(a: Application): (typeof ahead)[number] {
  switch (a.stage) {
    case 'draft':
      return 'handedIn'
    case 'decide':
    case 'making':
    case 'done':
      return a.stage
    default:
      return 'accept'
  }
}
