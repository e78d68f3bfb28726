import type { Matter } from '../api'
import type { Counts } from './share'

/** The materials of a matter by what is decided about them. */
export function tally(m: Pick<Matter, 'materials'>): Counts {
  const counts: Counts = { bound: 0, plain: 0, open: 0 }
  for (const x of m.materials ?? []) counts[x.state]++
  return counts
}

/** How many materials nobody has decided on. */
export const openMaterials = (m: Pick<Matter, 'materials'>): number => tally(m).open
