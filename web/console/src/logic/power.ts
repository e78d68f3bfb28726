import type { CaseDetail, Making, Session } from '../api'

/** What the person in front of the screen may do with a case now. The server decides again. */
export interface Power {
  edit: boolean
  submit: boolean
  take: boolean
  decide: boolean
  paper: boolean
  /** The case can be given to a colleague. */
  reassign: boolean
  /** The case can be sent back to whoever applied online, for correction. */
  correct: boolean
  /** Copies may be looked at only by whoever handles the case now. */
  look: boolean
}

const none: Power = { edit: false, submit: false, take: false, decide: false, paper: false, look: false, reassign: false, correct: false }

export function casePower(c: CaseDetail, me: Session): Power {
  if (c.state === 'closed') return none
  if (c.stage === 'accept' && me.roles.includes('clerk') && c.mine) {
    return { ...none, edit: true, submit: true, paper: true, look: true, reassign: true, correct: online(c) }
  }
  // What came in online waits for a clerk to take it; its licenses are fetched then.
  if (c.stage === 'accept' && me.roles.includes('clerk') && online(c) && !c.assignee) return { ...none, take: true }
  if (c.stage === 'decide' && me.roles.includes('approver')) {
    return c.mine ? { ...none, decide: true, look: true, reassign: true } : { ...none, take: true, reassign: true }
  }
  // An approver gives away what somebody who is absent was to accept.
  return { ...none, reassign: c.stage === 'accept' && me.roles.includes('approver') }
}

const online = (c: CaseDetail): boolean => c.channel === 'online' || c.channel === 'event'

/** A making waits for review once it is sealed; the reviewer must not be who approved it. */
export function mayReview(m: Making, me: Session): boolean {
  return m.step === 'sealed' && me.roles.includes('reviewer') && !m.mine
}

export type Room = 'today' | 'window' | 'cases' | 'makings' | 'catalog' | 'matters' | 'units' | 'appeals' | 'supervise' | 'seals' | 'settings'

/** The rail shows only what the role may do. */
export function roomsOf(me: Session): Room[] {
  const has = (...roles: string[]) => roles.some((r) => me.roles.includes(r))
  const rooms: Room[] = ['today']
  if (has('clerk')) rooms.push('window')
  if (has('clerk', 'approver')) rooms.push('cases')
  if (has('clerk', 'reviewer', 'approver')) rooms.push('makings')
  if (has('clerk', 'supervisor')) rooms.push('appeals')
  if (has('supervisor')) rooms.push('supervise')
  if (has('seal-manager', 'seal-user', 'seal-auditor', 'clerk', 'approver', 'reviewer', 'digital')) rooms.push('seals')
  if (has('catalog', 'digital')) rooms.push('catalog')
  if (has('matters', 'digital', 'catalog')) rooms.push('matters')
  if (has('admin', 'digital', 'catalog', 'matters')) rooms.push('units')
  if (has('admin', 'digital')) rooms.push('settings')
  return rooms
}

/** What a person may change about units and settings. The server decides again. */
export interface OrgPower {
  units: boolean
  seals: boolean
  accounts: boolean
  settings: boolean
  /** Mandates, duties and systems: of all units, or of the own one. */
  mandate: (unitId?: string) => boolean
  duty: (unitId?: string) => boolean
  system: (unitId?: string) => boolean
}

export function orgPower(me: Session): OrgPower {
  const has = (...roles: string[]) => roles.some((r) => me.roles.includes(r))
  const own = (unitId?: string) => has('catalog') && me.unit !== undefined && (unitId === undefined || unitId === me.unit.id)
  return {
    units: has('admin'),
    seals: has('digital'),
    accounts: has('admin'),
    settings: has('admin'),
    mandate: (id) => has('admin', 'digital') || own(id),
    duty: (id) => has('admin') || own(id),
    system: (id) => has('digital') || own(id),
  }
}
