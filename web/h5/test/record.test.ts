import type { Use } from '@yinxin/shared'
import { describe, expect, it } from 'vitest'
import { agrees } from '../src/logic/record'

const use = {
  recordNo: 'YX01',
  at: '2026-03-02T10:00:00+08:00',
  ground: 'case',
  result: 'given',
  license: { id: 'l1', typeName: '营业执照' },
  role: 'clerk',
  caseNo: '35010220260302000001',
  purpose: 'read',
  fields: [],
} as unknown as Use

const body = { at: '2026-03-02T02:00:00.4Z', licenseId: 'l1', ground: 'case', result: 'given', caseNo: use.caseNo, purpose: 'read' }

describe('whether a record says what the page shows', () => {
  it('agrees on the same use', () => {
    expect(agrees(use, body)).toBe(true)
  })
  it.each(['licenseId', 'ground', 'result', 'caseNo', 'purpose'] as const)('finds another %s', (member) => {
    expect(agrees(use, { ...body, [member]: 'another' })).toBe(false)
  })
  it('finds another moment', () => {
    expect(agrees(use, { ...body, at: '2026-03-02T02:00:02Z' })).toBe(false)
  })
})
