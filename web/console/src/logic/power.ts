import type { CaseDetail, Making, Session } from '@yinxin/shared'

/** What the person in front of the screen may do with a case now. The server decides again. */
export interface Power {
  edit: boolean
  submit: boolean
  take: boolean
  decide: boolean
  paper: boolean
  /** Copies may be looked at only by whoever handles the case now. */
  look: boolean
}

const none: Power = { edit: false, submit: false, take: false, decide: false, paper: false, look: false }

export function casePower(c: CaseDetail, me: Session): Power {
  if (c.state === 'closed') return none
  const mine = c.assignee?.id === me.accountId
  const atCounter = c.stage === 'accept' || c.stage === 'returned'
  const allowed = (atCounter && me.roles.includes('clerk')) || (c.stage === 'decide' && me.roles.includes('approver'))
  if (!allowed) return none
  if (!mine) return { ...none, take: true }
  return { edit: atCounter, submit: atCounter, take: false, decide: !atCounter, paper: atCounter, look: true }
}

/** A making waits for review once its seals are on; only reviewers publish. */
export function mayReview(m: Making, me: Session): boolean {
  return m.step === 'sealed' && me.roles.includes('reviewer')
}

export type Room = 'today' | 'cases' | 'makings'

/** The rail shows only what the role may do. */
export function roomsOf(me: Session): Room[] {
  const has = (...roles: string[]) => roles.some((r) => me.roles.includes(r))
  const rooms: Room[] = ['today']
  if (has('clerk', 'approver')) rooms.push('cases')
  if (has('reviewer', 'approver')) rooms.push('makings')
  return rooms
}
