// Dates and times as people say them, always in Beijing time (UTC+8, no summer time), whatever the device is set to.

import type { Lang } from './i18n'

const beijingOffset = 8 * 3600_000
const dayLength = 86_400_000

const monthsEn = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A calendar day in Beijing, counted in days since 1970-01-01. */
export function beijingDay(at: Date): number {
  return Math.floor((at.getTime() + beijingOffset) / dayLength)
}

interface Civil {
  year: number
  month: number
  day: number
}

function civil(day: number): Civil {
  const d = new Date(day * dayLength)
  return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate() }
}

/** Reads a date (`2026-03-01`) or a moment (RFC 3339) as a Beijing calendar day; undefined if it is neither. */
export function dayOf(value: string): number | undefined {
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  if (date) {
    const ms = Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]))
    return new Date(ms).toISOString().startsWith(value) ? ms / dayLength : undefined
  }
  const at = momentOf(value)
  return at && beijingDay(at)
}

// Date itself would take `001` or `1766` for a year.
const momentForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** Reads a moment (RFC 3339); undefined if it is none. */
export function momentOf(value: string): Date | undefined {
  const at = momentForm.test(value) ? new Date(value) : undefined
  return at && !Number.isNaN(at.getTime()) ? at : undefined
}

function plainDay(day: number, lang: Lang): string {
  const { year, month, day: d } = civil(day)
  return lang === 'en' ? `${d} ${monthsEn[month - 1]} ${year}` : `${year}年${month}月${d}日`
}

const words = {
  zh: new Map([
    [-2, '前天'],
    [-1, '昨天'],
    [0, '今天'],
    [1, '明天'],
    [2, '后天'],
  ]),
  en: new Map([
    [-1, 'yesterday'],
    [0, 'today'],
    [1, 'tomorrow'],
  ]),
} as const

/** A date in full: `2026年3月1日`, `1 Mar 2026`. The value comes back as it is if it is no date (`长期`). */
export function dateText(value: string, lang: Lang): string {
  const day = dayOf(value)
  return day === undefined ? value : plainDay(day, lang)
}

/** The last day of a deadline, which is kept as the first instant after it. */
function lastDay(dueAt: string): number | undefined {
  const at = momentOf(dueAt)
  return at && beijingDay(new Date(at.getTime() - 1))
}

/** The last day of a deadline: `2026年12月3日` for midnight of the 4th. */
export function lastDayText(dueAt: string, lang: Lang): string {
  const day = lastDay(dueAt)
  return day === undefined ? dueAt : plainDay(day, lang)
}

/** Whole calendar days until the last day of a deadline: 0 on that day; undefined if it is no moment. */
export function daysLeft(dueAt: string, now: Date = new Date()): number | undefined {
  const day = lastDay(dueAt)
  return day === undefined ? undefined : day - beijingDay(now)
}

/** A moment with a date word: `今天 14:05`, `yesterday 14:05`, `2026年3月1日 14:05`. */
export function timeText(value: string, lang: Lang, now: Date = new Date()): string {
  const at = momentOf(value)
  if (!at) return value
  const day = beijingDay(at)
  const word = words[lang].get(day - beijingDay(now)) ?? plainDay(day, lang)
  return `${word} ${clockText(at)}`
}

/** The time of day in Beijing: `14:05`. */
export function clockText(at: Date): string {
  return new Date(at.getTime() + beijingOffset).toISOString().slice(11, 16)
}

/** Whole calendar days in Beijing from now until the date: 0 today, negative when past; undefined if no date. */
export function daysUntil(value: string, now: Date = new Date()): number | undefined {
  const day = dayOf(value)
  return day === undefined ? undefined : day - beijingDay(now)
}
