import type { Use } from '@yinxin/shared'
import { describe, expect, test } from 'vitest'
import { byDay } from '../src/logic/days'
import { agrees, recordLines } from '../src/logic/record'

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
  const body = { unit: '某局', fields: ['甲', '乙'], reason: null, empty: '', none: [], n: 0 }
  expect(recordLines(body)).toEqual([
    { name: 'unit', values: ['某局'] },
    { name: 'fields', values: ['甲', '乙'] },
    { name: 'n', values: ['0'] },
  ])
})

describe('a record agrees with what is shown', () => {
  const use = {
    at: '2026-03-02T14:05:07+08:00',
    license: { id: 'l1', typeName: '营业执照' },
    ground: 'case',
    result: 'given',
    purpose: '食品经营许可',
    caseNo: '3501',
  } as Use
  const body = {
    at: '2026-03-02T14:05:07.123456789+08:00',
    licenseId: 'l1',
    ground: 'case',
    result: 'given',
    purpose: '食品经营许可',
    caseNo: '3501',
  }

  test('when all its members are the same', () => {
    expect(agrees(use, body)).toBe(true)
    expect(agrees({ ...use, caseNo: undefined }, { ...body, caseNo: undefined })).toBe(true)
  })

  test.each([
    ['at', '2026-03-02T14:05:09+08:00'],
    ['at', undefined],
    ['licenseId', 'l2'],
    ['ground', 'self'],
    ['result', 'refused'],
    ['purpose', ''],
    ['caseNo', undefined],
  ])('but not when %s is %s', (member, value) => {
    expect(agrees(use, { ...body, [member]: value })).toBe(false)
  })
})
