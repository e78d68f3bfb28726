/** For how long somebody can stand in, in days, the first one included. */
const mostDays = 31
const dayMs = 24 * 3600_000

/** The day in Beijing, as 2006-01-02. */
const beijing = (at: number): string => new Date(at + 8 * 3600_000).toISOString().slice(0, 10)

/** The last day that can be chosen. */
export const lastDay = (now: Date): string => beijing(now.getTime() + (mostDays - 1) * dayMs)

/** The end of a day in Beijing, as the server takes it; undefined where nobody can stand in until then. */
export function untilOf(day: string, now: Date): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || day < beijing(now.getTime()) || day > lastDay(now)) return undefined
  return `${day}T23:59:59+08:00`
}
