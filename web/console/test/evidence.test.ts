import { describe, expect, it } from 'vitest'
import type { LogHealth, LogWitness, Usage } from '../src/api.evidence'
import { age, fewWitnesses, witnessState } from '../src/logic/loghealth'
import { byDay, columns, inAll, shifted, spanFault, tallied, today } from '../src/logic/usage'

const usage = (day: string, code: string, given: number, refused = 0): Usage => ({ day, type: { code, name: `类型${code}` }, ground: 'case', given, refused })

describe('use of the unit’s licenses', () => {
  const items = [usage('2026-03-01', 'a', 2, 1), usage('2026-03-03', 'b', 5), usage('2026-03-03', 'a', 1)]

  it('is summed by one side, the most first', () => {
    expect(tallied(items, (u) => ({ key: u.type.code, label: u.type.name }))).toEqual([
      { key: 'b', label: '类型b', given: 5, refused: 0 },
      { key: 'a', label: '类型a', given: 3, refused: 1 },
    ])
    expect(inAll(items)).toEqual({ given: 8, refused: 1 })
  })

  it('has every day of the span', () => {
    expect(byDay(items, '2026-02-28', '2026-03-03').map((d) => [d.key, d.given + d.refused])).toEqual([
      ['2026-02-28', 0],
      ['2026-03-01', 3],
      ['2026-03-02', 0],
      ['2026-03-03', 6],
    ])
  })

  it('is drawn to the height of the greatest day', () => {
    const [a, , b] = columns(byDay(items, '2026-03-01', '2026-03-03'))
    expect(b?.given).toBe(100)
    expect([a?.given, a?.refused].map((n) => Math.round(n ?? 0))).toEqual([33, 17])
    expect(columns([])).toEqual([])
  })

  it('counts days in Beijing and over the ends of months', () => {
    expect(shifted('2024-02-28', 1)).toBe('2024-02-29')
    expect(today(new Date('2026-02-28T16:00:00Z'))).toBe('2026-03-01')
    expect([spanFault('', '2026-01-01', 9), spanFault('2026-01-02', '2026-01-01', 9), spanFault('2026-01-01', '2026-01-10', 9), spanFault('2026-01-01', '2026-01-09', 9)]).toEqual(['missing', 'turned', 'long', undefined])
  })
})

describe('the health of the log', () => {
  it('is told in the largest whole unit', () => {
    const now = '2026-03-03T12:00:00+08:00'
    const ago = (at: string) => age(at, now)
    expect(ago('2026-03-03T11:59:01+08:00')).toEqual({ n: 59, unit: 'second' })
    expect(ago('2026-03-03T11:57:59+08:00')).toEqual({ n: 2, unit: 'minute' })
    expect(ago('2026-03-03T09:00:00+08:00')).toEqual({ n: 3, unit: 'hour' })
    expect(ago('2026-03-01T11:00:00+08:00')).toEqual({ n: 2, unit: 'day' })
    expect(ago('2026-03-03T12:00:09+08:00')).toEqual({ n: 0, unit: 'second' })
    expect(age(undefined, now)).toBeUndefined()
  })

  it('names a witness by the worst that is known of it', () => {
    const w = (part: Partial<LogWitness>): LogWitness => ({ name: 'w', size: 9, cosignedAt: '2026-03-03T12:00:00+08:00', ...part })
    expect([w({}), w({ size: 8 }), w({ cosignedAt: undefined, size: 0 }), w({ fault: 'silent' }), w({ fault: 'forked' })].map((x) => witnessState(x, 9))).toEqual(['good', 'behind', 'never', 'silent', 'forked'])
    const h = (witnesses: LogWitness[]) => ({ need: 2, witnesses }) as LogHealth
    expect(fewWitnesses(h([w({}), w({ fault: 'silent' })]))).toBe(true)
    expect(fewWitnesses(h([w({}), w({})]))).toBe(false)
    expect(fewWitnesses({ need: 0, witnesses: [] as LogWitness[] } as LogHealth)).toBe(false)
  })
})
