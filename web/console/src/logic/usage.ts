import type { Usage } from '../api.evidence'

/** How often something was asked for and got, or not. */
export interface Tally {
  key: string
  label: string
  given: number
  refused: number
}

/** Uses by one of their sides, the most first. */
export function tallied(items: readonly Usage[], of: (u: Usage) => { key: string; label: string }): Tally[] {
  const sums = new Map<string, Tally>()
  for (const u of items) {
    const { key, label } = of(u)
    const sum = sums.get(key) ?? { key, label, given: 0, refused: 0 }
    sum.given += u.given
    sum.refused += u.refused
    sums.set(key, sum)
  }
  return [...sums.values()].sort((a, b) => b.given + b.refused - a.given - a.refused || a.label.localeCompare(b.label, 'zh'))
}

/** Uses by day, each day of the span there, also those on which nothing happened. */
export function byDay(items: readonly Usage[], from: string, to: string): Tally[] {
  const found = new Map(tallied(items, (u) => ({ key: u.day, label: u.day })).map((s) => [s.key, s]))
  const days: Tally[] = []
  for (let day = from; day <= to && days.length < 400; day = shifted(day, 1)) days.push(found.get(day) ?? { key: day, label: day, given: 0, refused: 0 })
  return days
}

export function inAll(sums: readonly Pick<Tally, 'given' | 'refused'>[]): { given: number; refused: number } {
  return sums.reduce((all, s) => ({ given: all.given + s.given, refused: all.refused + s.refused }), { given: 0, refused: 0 })
}

/** A date some days later, or earlier. */
export function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** Today in Beijing. */
export function today(now: Date = new Date()): string {
  return new Date(now.getTime() + 8 * 3600_000).toISOString().slice(0, 10)
}

/** What is wrong with a span of days, if anything. */
export function spanFault(from: string, to: string, most: number): 'missing' | 'turned' | 'long' | undefined {
  if (!from || !to) return 'missing'
  if (to < from) return 'turned'
  return shifted(from, most - 1) < to ? 'long' : undefined
}

/** Where the columns of a chart stand and how high they are, in a box of 100 by 100: given below, refused on top. */
export function columns(days: readonly Tally[]): { key: string; x: number; width: number; given: number; refused: number }[] {
  const most = Math.max(1, ...days.map((d) => d.given + d.refused))
  const room = 100 / Math.max(1, days.length)
  return days.map((d, i) => ({ key: d.key, x: i * room, width: room * 0.8, given: (100 * d.given) / most, refused: (100 * d.refused) / most }))
}
