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

/** The matters of one item by level, the highest first: the five levels carry the same item. */
export function byLevel(matters: readonly Matter[]): { level: number; matters: Matter[] }[] {
  const levels = [...new Set(matters.map((m) => m.level))].sort((a, b) => a - b)
  return levels.map((level) => ({ level, matters: matters.filter((m) => m.level === level) }))
}

/** The five levels of 行使层级 (GB/T 39046 A.2). */
export const fiveLevels = [2, 3, 4, 5, 6] as const
