import { describe, expect, it } from 'vitest'
import type { BatchColumn, BatchRow } from '../src/api.batch'
import { clashing, heldCells, unmatched } from '../src/logic/batch'
import { zoomed } from '../src/logic/zoom'

const column = (name: string, required = true): BatchColumn => ({ name, label: name, required })

describe('columns of a list', () => {
  const columns = [column('holderCode'), column('holderName'), column('number', false)]

  it('names those that must be matched and are not', () => {
    expect(unmatched(columns, { holderCode: '代码', holderName: '' })).toEqual([columns[1]])
    expect(unmatched(columns, { holderCode: '代码', holderName: '店名' })).toEqual([])
  })

  it('names those that take what another has taken', () => {
    expect(clashing(columns, { holderCode: '店名', holderName: '店名', number: '编号' })).toEqual([columns[1]])
    expect(clashing(columns, { holderCode: '', holderName: '' })).toEqual([])
  })
})

it('tells the holders of a row apart from the rest, names first', () => {
  const cell = (name: string) => ({ column: name, label: name, value: name })
  const row: BatchRow = { fileRow: 2, state: 'good', faults: [], cells: ['holderCode', 'holderName', 'holderPhone', 'KZ_ZS', 'holderName2'].map(cell) }
  expect(heldCells(row).holder.map((c) => c.column)).toEqual(['holderName', 'holderName2', 'holderCode'])
  expect(heldCells(row).rest.map((c) => c.column)).toEqual(['holderPhone', 'KZ_ZS'])
})

it('enlarges a picture by keys, and no further than it may', () => {
  expect(zoomed(1, '+')).toBe(1.5)
  expect(zoomed(4, '+')).toBe(4)
  expect(zoomed(1, '-')).toBe(1)
  expect(zoomed(3, '-')).toBe(2)
  expect(zoomed(3, '0')).toBe(1)
  expect(zoomed(3, 'x')).toBeUndefined()
})
