import { describe, expect, it } from 'vitest'
import type { Import } from '../src/api.intake'
import { ended, fileFault, importKinds, importTone } from '../src/logic/imports'
import type { Session } from '../src/api'

const me = (...roles: string[]) => ({ roles }) as unknown as Session
const task = (part: Partial<Import>) => ({ state: 'running', failed: 0, ...part }) as Import

describe('imports', () => {
  it('offers each role what it may import', () => {
    expect(importKinds(me('admin'))).toEqual(['units', 'regions'])
    expect(importKinds(me('catalog'))).toEqual(['types'])
    expect(importKinds(me('digital', 'matters'))).toEqual(['types', 'matters'])
    expect(importKinds(me('clerk'))).toEqual([])
  })

  it('does not call done what left rows out', () => {
    expect(importTone(task({ state: 'done' }))).toBe('jade')
    expect(importTone(task({ state: 'done', failed: 1 }))).toBe('amber')
    expect(importTone(task({ state: 'failed' }))).toBe('red')
    expect(['checking', 'running', 'paused'].some((state) => ended(task({ state: state as Import['state'] })))).toBe(false)
    expect(['done', 'failed', 'cancelled'].every((state) => ended(task({ state: state as Import['state'] })))).toBe(true)
  })

  it('refuses files before they are sent', () => {
    expect(fileFault(undefined)).toBe('none')
    expect(fileFault({ name: '机构.XLSX', size: 10 })).toBeUndefined()
    expect(fileFault({ name: '机构.csv', size: 10 })).toBeUndefined()
    expect(fileFault({ name: '机构.xls', size: 10 })).toBe('old')
    expect(fileFault({ name: '机构.pdf', size: 10 })).toBe('kind')
    expect(fileFault({ name: '机构.xlsx', size: 21 << 20 })).toBe('large')
  })
})
