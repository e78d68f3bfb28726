import type { SystemCoverage } from '../api.org'

/** 应接尽接: every matter handled in a department's own system is to be connected. */
export const systemTarget = 100

/** A share in whole per cent that never says 100 while something is missing. */
export function percent(done: number, of: number): number {
  if (of <= 0) return 0
  return done >= of ? 100 : Math.min(99, Math.round((done / of) * 100))
}

/** Units with the largest gap first. */
export function byGap(units: readonly SystemCoverage[]): SystemCoverage[] {
  return [...units].sort((a, b) => b.matters - b.covered - (a.matters - a.covered) || (a.unit?.name ?? '').localeCompare(b.unit?.name ?? ''))
}
