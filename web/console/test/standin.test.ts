import { describe, expect, it } from 'vitest'
import { lastDay, untilOf } from '../src/logic/standin'

describe('standing in for somebody at the seal', () => {
  const late = new Date('2026-11-26T16:30:00Z') // the 27th in Beijing

  it('lasts to the end of a day in Beijing', () => {
    expect(untilOf('2026-11-27', late)).toBe('2026-11-27T23:59:59+08:00')
    expect(lastDay(late)).toBe('2026-12-27')
    expect(untilOf('2026-12-27', late)).toBe('2026-12-27T23:59:59+08:00')
  })

  it('is refused for the past, for too long and for no day', () => {
    for (const day of ['2026-11-26', '2026-12-28', '', '27.11.2026']) expect(untilOf(day, late)).toBeUndefined()
  })
})
