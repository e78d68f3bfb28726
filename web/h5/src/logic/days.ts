import { beijingDay, type Use } from '@yinxin/shared'

/** Uses of one Beijing day, newest first, as a timeline shows them. */
export interface UseDay {
  day: number
  at: string
  uses: Use[]
}

/** Groups uses by day, the newest day and the newest use first. */
export function byDay(uses: readonly Use[]): UseDay[] {
  const sorted = [...uses].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
  const days: UseDay[] = []
  for (const use of sorted) {
    const day = beijingDay(new Date(use.at))
    const last = days.at(-1)
    if (last?.day === day) last.uses.push(use)
    else days.push({ day, at: use.at, uses: [use] })
  }
  return days
}
