import { daysLeft, lastDayText, type Lang } from '@yinxin/shared'

/** How a deadline stands; each has its own words, colour and shape. */
export type DeadlineKind = 'overdue' | 'today' | 'soon' | 'later'

/** A deadline counted in working days, as the server counts them (holidays and 调休 are its business). */
export function deadlineKind(workdaysLeft: number): DeadlineKind {
  if (workdaysLeft < 0) return 'overdue'
  if (workdaysLeft === 0) return 'today'
  return workdaysLeft <= 2 ? 'soon' : 'later'
}

/** A deadline known only by its moment; counted in calendar days, which never promises more time than there is. */
export function momentKind(dueAt: string, now: Date = new Date()): DeadlineKind {
  if (new Date(dueAt).getTime() <= now.getTime()) return 'overdue'
  const days = daysLeft(dueAt, now) ?? 0
  if (days <= 0) return 'today'
  return days <= 2 ? 'soon' : 'later'
}

/** How a deadline stands by its working days and its moment: on a day off, neither says all. */
export function standing(dueAt: string, workdays: number | undefined, now: Date = new Date()): DeadlineKind {
  const moment = momentKind(dueAt, now)
  if (workdays === undefined || moment === 'overdue' || workdays === 0) return moment
  return deadlineKind(workdays)
}

/** 还剩1个工作日 · 今天到期 · 逾期2个工作日; without working days 11月25日前 and 已过期限. */
export function standingText(dueAt: string, workdays: number | undefined, lang: Lang, t: Say, now: Date = new Date()): string {
  return workdays ? workdaysText(workdays, t) : momentText(dueAt, lang, t, now)
}

type Say = (key: string, args: Record<string, unknown>, plural: number) => string

/** 还剩1个工作日 · 今天到期 · 逾期2个工作日 */
export function workdaysText(left: number, t: Say): string {
  const kind = deadlineKind(left)
  const n = Math.abs(left)
  if (kind === 'overdue') return t('deadline.overdue', { n }, n)
  return kind === 'today' ? t('deadline.today', {}, 1) : t('deadline.left', { n }, n)
}

/** 今天到期 · 11月25日前 · 已过期限 */
export function momentText(dueAt: string, lang: Lang, t: Say, now: Date = new Date()): string {
  const kind = momentKind(dueAt, now)
  if (kind === 'overdue') return t('deadline.past', {}, 1)
  return kind === 'today' ? t('deadline.today', {}, 1) : t('deadline.by', { date: lastDayText(dueAt, lang) }, 1)
}
