import type { Listed, ListName } from '../api.matter'
import type { Session } from '../api'

/** What the person in front of the screen may do with an entry of a list. The server decides again. */
export interface EntryPower {
  change: boolean
  publish: boolean
  withdraw: boolean
}

const has = (me: Session, ...roles: string[]) => roles.some((r) => me.roles.includes(r))

/** Who proposes: the matter office and units; scenarios also the digital office. */
export function mayPropose(list: ListName, me: Session): boolean {
  return has(me, 'matters', 'catalog') || (list === 'scenarios' && has(me, 'digital'))
}

export function entryPower(list: ListName, e: Listed, me: Session): EntryPower {
  const own = e.proposedBy.id === me.unit?.id
  const proposed = e.state === 'proposed'
  return {
    change: proposed && mayPropose(list, me) && (own || has(me, 'matters')),
    publish: proposed && has(me, 'digital'),
    withdraw: e.state !== 'withdrawn' && (has(me, 'digital') || (proposed && own)),
  }
}

export const listStates = ['published', 'proposed', 'withdrawn'] as const
