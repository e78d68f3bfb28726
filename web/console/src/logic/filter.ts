import type { CaseStage, CaseSummary } from '../api'
import { deadlineKind } from './deadline'

/** Filters of the case list; each is a chip. */
export type CaseFilter = CaseStage | 'overdue' | 'open' | 'electronic' | 'promised'

export const stageFilters: readonly CaseStage[] = ['accept', 'decide', 'making', 'done']
export const markFilters = ['overdue', 'open', 'electronic', 'promised'] as const

function passes(c: CaseSummary, f: CaseFilter): boolean {
  if (f === 'overdue') return c.state === 'open' && c.workdaysLeft < 0
  if (f === 'open') return c.missing > 0
  if (f === 'electronic') return c.electronic
  if (f === 'promised') return c.promised > 0
  return c.stage === f
}

const isStage = (f: CaseFilter): f is CaseStage => (stageFilters as readonly string[]).includes(f)

/** Stages widen, marks narrow: any of the chosen stages, and all of the chosen marks, and every word searched for. */
export function filterCases(cases: readonly CaseSummary[], chosen: readonly CaseFilter[], query: string): CaseSummary[] {
  const stages = chosen.filter(isStage)
  const marks = chosen.filter((f) => !isStage(f))
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return cases.filter((c) => {
    if (stages.length && !stages.some((f) => passes(c, f))) return false
    if (!marks.every((f) => passes(c, f))) return false
    const text = [c.caseNo, c.matter.name, c.applicantName, c.assignee?.name ?? ''].join(' ').toLowerCase()
    return words.every((w) => text.includes(w))
  })
}

/** How many cases a chip would leave on its own; shown on the chip so that nobody filters into nothing. */
export function countFor(cases: readonly CaseSummary[], f: CaseFilter): number {
  return cases.filter((c) => passes(c, f)).length
}

/** Open before closed; then overdue, cases with electronic licenses (优先受理), and by deadline. */
export function sortCases(cases: readonly CaseSummary[]): CaseSummary[] {
  const rank = (c: CaseSummary) => (c.state === 'closed' ? 3 : deadlineKind(c.workdaysLeft) === 'overdue' ? 0 : c.electronic ? 1 : 2)
  return [...cases].sort((a, b) => rank(a) - rank(b) || Date.parse(a.dueAt) - Date.parse(b.dueAt) || a.caseNo.localeCompare(b.caseNo))
}
