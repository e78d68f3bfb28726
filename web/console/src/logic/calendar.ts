import { beijingDay } from '@yinxin/shared'
import type { CalendarDay } from '../api.org'

// The working days of a year: Monday to Friday, but for the days that depart from it (放假 and 调休).

const dayLength = 86_400_000

export function beijingYear(now: Date): number {
  return new Date(beijingDay(now) * dayLength).getUTCFullYear()
}

/** The years that deadlines reach into: this one, and from October on the next, for which the State Council's notice
 * comes out in November. */
export function yearsNeeded(now: Date): number[] {
  const year = beijingYear(now)
  const month = new Date(beijingDay(now) * dayLength).getUTCMonth()
  return month >= 9 ? [year, year + 1] : [year]
}

const utc = (day: string) => new Date(`${day}T00:00:00Z`)
const iso = (d: Date) => d.toISOString().slice(0, 10)

/** 1 Monday … 7 Sunday. */
export function weekdayOf(day: string): number {
  return utc(day).getUTCDay() || 7
}

export function addDays(day: string, n: number): string {
  return iso(new Date(utc(day).getTime() + n * dayLength))
}

/** A month as weeks of seven, Monday first; undefined outside the month. */
export function weeksOf(year: number, month: number): (string | undefined)[][] {
  const first = `${year}-${String(month).padStart(2, '0')}-01`
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const cells: (string | undefined)[] = Array.from({ length: weekdayOf(first) - 1 }, () => undefined)
  for (let i = 0; i < count; i++) cells.push(addDays(first, i))
  while (cells.length % 7) cells.push(undefined)
  return Array.from({ length: cells.length / 7 }, (_, w) => cells.slice(w * 7, w * 7 + 7))
}

export type Kind = 'usual' | 'off' | 'work'

export interface DayState {
  work: boolean
  /** How it departs from its weekday, if it does. */
  kind: Kind
  name: string
}

export function stateOf(day: string, departures: ReadonlyMap<string, CalendarDay>): DayState {
  const d = departures.get(day)
  const usually = weekdayOf(day) <= 5
  if (!d) return { work: usually, kind: 'usual', name: '' }
  return { work: d.work, kind: d.work ? (usually ? 'usual' : 'work') : 'off', name: d.name ?? '' }
}

/** The list with one day set; `usual` takes it off. A weekday cannot be "worked": that is what it is. A weekend day can
 * be off by name, for holidays fall on weekends too and the notice gives them. */
export function setDay(days: readonly CalendarDay[], day: string, kind: Kind, name = ''): CalendarDay[] {
  const others = days.filter((d) => d.day !== day)
  const usually = weekdayOf(day) <= 5
  if (kind === 'usual' || (kind === 'work' && usually)) return others
  const made: CalendarDay = name ? { day, work: kind === 'work', name } : { day, work: kind === 'work' }
  return [...others, made].sort((a, b) => a.day.localeCompare(b.day))
}

/** What pressing a day does: a weekday goes off and back, a weekend day is worked and back. */
export function toggled(day: string, now: Kind): Kind {
  if (now !== 'usual') return 'usual'
  return weekdayOf(day) <= 5 ? 'off' : 'work'
}

export function workdaysIn(year: number, month: number, departures: ReadonlyMap<string, CalendarDay>): number {
  return weeksOf(year, month)
    .flat()
    .filter((d) => d && stateOf(d, departures).work).length
}

/** Where a key leads from a day, within its year. */
export function moveDay(key: string, day: string): string | undefined {
  const step: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: 1 - weekdayOf(day), End: 7 - weekdayOf(day) }
  const monthStep: Record<string, number> = { PageUp: -1, PageDown: 1 }
  const to = key in step ? addDays(day, step[key] ?? 0) : key in monthStep ? addMonth(day, monthStep[key] ?? 0) : undefined
  return to?.slice(0, 4) === day.slice(0, 4) && to !== day ? to : undefined
}

function addMonth(day: string, n: number): string {
  const d = utc(day)
  const last = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + n + 1, 0)).getUTCDate()
  return iso(new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + n, Math.min(last, d.getUTCDate()))))
}

/** A line of a pasted arrangement that could not be read, with its number from 1; a key of `calendar.bad`. */
export interface BadLine {
  line: number
  why: 'date' | 'kind' | 'year' | 'order'
}

const dateForm = String.raw`(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?`
const lineForm = new RegExp(`^${dateForm}(?:\\s*(?:至|到|—|~|-)\\s*${dateForm})?[\\s,，;；\\t]*(.*)$`)
const offWords = /^(休|放假|假|off|holiday|0|false)/i
const workWords = /^(班|上班|调休上班|补班|work|1|true)/i

/** Reads an arrangement as it is pasted out of a notice or a spreadsheet: a line is a day, or a span of days, then 休
 * or 班, then the name of the holiday. Weekdays that are worked are left out. */
export function readArrangement(text: string, year: number): { days: CalendarDay[]; bad: BadLine[] } {
  let days: CalendarDay[] = []
  const bad: BadLine[] = []
  text.split(/\r?\n/).forEach((raw, i) => {
    const line = raw.normalize('NFKC').trim()
    if (!line || line.startsWith('#')) return
    const read = readLine(line, year)
    if ('why' in read) return void bad.push({ line: i + 1, why: read.why })
    for (const day of read.days) days = setDay(days, day, read.kind, read.name)
  })
  return { days, bad }
}

function readLine(line: string, year: number): { days: string[]; kind: Kind; name: string } | { why: BadLine['why'] } {
  const m = lineForm.exec(line)
  const from = m && civilDay(m[1], m[2], m[3])
  if (!m || !from) return { why: 'date' }
  const to = m[4] === undefined ? from : civilDay(m[4], m[5], m[6])
  if (!to) return { why: 'date' }
  const rest = (m[7] ?? '').trim()
  const kind = offWords.test(rest) ? 'off' : workWords.test(rest) ? 'work' : undefined
  if (!kind) return { why: 'kind' }
  if (Number(from.slice(0, 4)) !== year || Number(to.slice(0, 4)) !== year) return { why: 'year' }
  if (to < from) return { why: 'order' }
  const days = [from]
  while (days.at(-1)! < to) days.push(addDays(days.at(-1)!, 1))
  const name = rest.replace(kind === 'off' ? offWords : workWords, '').replace(/^[\s,，;；:：]+/, '').slice(0, 40)
  return { days, kind, name }
}

function civilDay(y?: string, m?: string, d?: string): string | undefined {
  const text = `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && iso(at) === text ? text : undefined
}
