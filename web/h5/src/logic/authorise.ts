import type { Authorisation } from '@yinxin/shared'
import { shapes } from './shapes'

type State = Authorisation['state']

/** Tone and stroke beside the word of a state. */
export function markOf(state: State) {
  if (state === 'given') return { tone: 'jade', shape: shapes.tick } as const
  if (state === 'asked') return { tone: 'amber', shape: shapes.clock } as const
  return { tone: 'muted', shape: shapes.ended } as const
}

/** The groups in which authorisations are listed: what waits, what stands, what is over. */
export function grouped(all: readonly Authorisation[]) {
  const of = (in_: (s: State) => boolean) => all.filter((a) => in_(a.state))
  return [
    { name: 'waiting', items: of((s) => s === 'asked') },
    { name: 'standing', items: of((s) => s === 'given') },
    { name: 'over', items: of((s) => s !== 'asked' && s !== 'given') },
  ].filter((g) => g.items.length > 0)
}

/** Offers up to a bound: the usual ones below it, and the bound itself. */
export function upTo(max: number, usual: readonly number[]): number[] {
  return [...usual.filter((n) => n < max), max]
}
