import { describe, expect, test } from 'vitest'
import { clockText, dateText, dayOf, daysUntil, timeText } from '../src/dates'

// 00:30 on 2 March in Beijing is still 1 March in UTC.
const now = new Date('2026-03-01T16:30:00Z')

describe('timeText', () => {
  test.each([
    ['2026-03-02T00:10:00+08:00', '今天 00:10', 'today 00:10'],
    ['2026-03-01T23:59:00+08:00', '昨天 23:59', 'yesterday 23:59'],
    ['2026-03-01T15:59:59Z', '昨天 23:59', 'yesterday 23:59'],
    ['2026-02-28T08:00:00+08:00', '前天 08:00', '28 Feb 2026 08:00'],
    ['2026-03-03T09:00:00+08:00', '明天 09:00', 'tomorrow 09:00'],
    ['2025-12-31T18:05:00+08:00', '2025年12月31日 18:05', '31 Dec 2025 18:05'],
    ['soon', 'soon', 'soon'],
  ])('%s', (value, zh, en) => {
    expect(timeText(value, 'zh', now)).toBe(zh)
    expect(timeText(value, 'en', now)).toBe(en)
  })
})

test('dates are written out, other words stay as they are', () => {
  expect(dateText('2026-03-01', 'zh')).toBe('2026年3月1日')
  expect(dateText('2026-03-01', 'en')).toBe('1 Mar 2026')
  expect(dateText('2026-03-01T23:00:00Z', 'zh')).toBe('2026年3月2日')
  expect(dateText('长期', 'zh')).toBe('长期')
})

test.each(['001', '1766', '2018', 'March 5', '2026-03-02T25:00:00Z', '20180325'])('%s is no date', (value) => {
  expect(dateText(value, 'zh')).toBe(value)
  expect(timeText(value, 'zh', now)).toBe(value)
})

test('a day that does not exist is no date', () => {
  expect(dayOf('2026-02-30')).toBeUndefined()
  expect(dayOf('2028-02-29')).toBeDefined()
})

test('days are counted by the Beijing calendar', () => {
  expect(daysUntil('2026-03-02', now)).toBe(0)
  expect(daysUntil('2026-03-01', now)).toBe(-1)
  expect(daysUntil('2026-04-01', now)).toBe(30)
  expect(daysUntil('never', now)).toBeUndefined()
  expect(clockText(now)).toBe('00:30')
})
