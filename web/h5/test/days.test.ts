import type { Use } from '@yinxin/shared'
import { expect, test } from 'vitest'
import { byDay } from '../src/logic/days'
import { recordLines } from '../src/logic/record'

const at = (time: string) => ({ at: time, recordNo: time }) as Use

test('uses are grouped by Beijing day, newest first', () => {
  const days = byDay([at('2026-03-01T15:00:00Z'), at('2026-03-01T17:00:00Z'), at('2026-03-02T09:00:00+08:00')])
  expect(days.map((d) => d.uses.map((u) => u.at))).toEqual([
    ['2026-03-02T09:00:00+08:00', '2026-03-01T17:00:00Z'],
    ['2026-03-01T15:00:00Z'],
  ])
  expect(byDay([])).toEqual([])
})

test('a record is told line by line, without what is empty', () => {
  const body = { unit: '某局', fields: ['甲', '乙'], reason: null, matter: { code: 'm', name: '事项' }, empty: '', n: 0 }
  expect(recordLines(body)).toEqual([
    { name: 'unit', value: '某局' },
    { name: 'fields', value: '甲、乙' },
    { name: 'matter', value: 'm · 事项' },
    { name: 'n', value: '0' },
  ])
})
