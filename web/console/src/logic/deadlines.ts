import type { DeadlineCount, DeadlineState } from '../api.deadline'

/** What a board shows, the most urgent first. */
export const states = ['overdue', 'running', 'late', 'inTime'] as const satisfies readonly DeadlineState[]

/** What brings work about, in the order of the regulation. */
export const kinds = ['case', 'offline', 'batch', 'stock', 'appeal', 'vertical'] as const satisfies readonly DeadlineCount['kind'][]

export type Figures = Record<DeadlineState, number>

const none = (): Figures => ({ overdue: 0, running: 0, late: 0, inTime: 0 })

/** A board in all. */
export function inAll(counts: readonly DeadlineCount[]): Figures {
  const sum = none()
  for (const c of counts) for (const s of states) sum[s] += c[s]
  return sum
}

/** A board by unit, those with most overdue first. */
export function byUnit(counts: readonly DeadlineCount[]): ({ unit: DeadlineCount['unit'] } & Figures)[] {
  const units = new Map<string, { unit: DeadlineCount['unit'] } & Figures>()
  for (const c of counts) {
    const u = units.get(c.unit.id) ?? { unit: c.unit, ...none() }
    for (const s of states) u[s] += c[s]
    units.set(c.unit.id, u)
  }
  return [...units.values()].sort((a, b) => b.overdue - a.overdue || b.running - a.running || a.unit.name.localeCompare(b.unit.name, 'zh'))
}
