import { describe, expect, it } from 'vitest'
import { addDays, moveDay, readArrangement, setDay, stateOf, toggled, weekdayOf, weeksOf, workdaysIn, yearsNeeded } from '../src/logic/calendar'

describe('calendar', () => {
  it('lays out a month by weeks, Monday first', () => {
    const feb = weeksOf(2027, 2)
    expect([feb.length, feb[0]?.[0], feb[3]?.[6]]).toEqual([4, '2027-02-01', '2027-02-28'])
    expect(weeksOf(2028, 2).flat().filter(Boolean)).toHaveLength(29)
    expect([weekdayOf('2027-01-01'), addDays('2026-12-31', 1)]).toEqual([5, '2027-01-01'])
  })

  it('keeps the days that the notice names, holidays on weekends too', () => {
    let days = setDay([], '2027-01-01', 'off', '元旦')
    expect(days).toEqual([{ day: '2027-01-01', work: false, name: '元旦' }])
    days = setDay(days, '2027-01-02', 'off', '元旦')
    days = setDay(days, '2027-01-04', 'work')
    days = setDay(days, '2027-01-03', 'work')
    expect(days.map((d) => d.day)).toEqual(['2027-01-01', '2027-01-02', '2027-01-03'])
    const at = new Map(days.map((d) => [d.day, d]))
    expect(['2027-01-01', '2027-01-02', '2027-01-03', '2027-01-04'].map((d) => [stateOf(d, at).kind, stateOf(d, at).work])).toEqual([
      ['off', false],
      ['off', false],
      ['work', true],
      ['usual', true],
    ])
    expect(workdaysIn(2027, 1, at)).toBe(21)
    expect(setDay(days, '2027-01-01', 'usual')).toHaveLength(2)
    expect([toggled('2027-01-01', 'usual'), toggled('2027-01-02', 'usual'), toggled('2027-01-01', 'off')]).toEqual(['off', 'work', 'usual'])
  })

  it.each([
    ['ArrowRight', '2027-01-31', '2027-02-01'],
    ['ArrowUp', '2027-01-05', undefined],
    ['ArrowDown', '2027-01-05', '2027-01-12'],
    ['End', '2027-01-05', '2027-01-10'],
    ['PageDown', '2027-01-31', '2027-02-28'],
    ['PageDown', '2027-12-31', undefined],
    ['a', '2027-01-05', undefined],
  ])('%s on %s', (key, day, want) => {
    expect(moveDay(key, day)).toBe(want)
  })

  it('reads a notice as it is pasted', () => {
    const read = readArrangement('# 元旦\n2027-01-01 休 元旦\n2027年1月3日，班\n2027/2/5 至 2027/2/8\t休\t春节\n\n', 2027)
    expect(read.bad).toEqual([])
    expect(read.days).toEqual([
      { day: '2027-01-01', work: false, name: '元旦' },
      { day: '2027-01-03', work: true },
      { day: '2027-02-05', work: false, name: '春节' },
      { day: '2027-02-06', work: false, name: '春节' },
      { day: '2027-02-07', work: false, name: '春节' },
      { day: '2027-02-08', work: false, name: '春节' },
    ])
  })

  it('tells which lines it cannot read, and why', () => {
    const read = readArrangement('元旦 休\n2027-02-30 休\n2027-01-01\n2026-01-01 休\n2027-03-02~2027-03-01 off', 2027)
    expect(read.bad).toEqual([
      { line: 1, why: 'date' },
      { line: 2, why: 'date' },
      { line: 3, why: 'kind' },
      { line: 4, why: 'year' },
      { line: 5, why: 'order' },
    ])
  })

  it('needs the next year from October on', () => {
    expect(yearsNeeded(new Date('2026-09-30T15:00:00Z'))).toEqual([2026])
    expect(yearsNeeded(new Date('2026-09-30T16:30:00Z'))).toEqual([2026, 2027])
  })
})
