import { Problem } from '@yinxin/shared'
import { describe, expect, it } from 'vitest'
import { moveChoice } from '../src/logic/combo'
import { faultOf, isConflict } from '../src/logic/fault'
import { fetchAll, listPath, pagesFor } from '../src/logic/paged'
import { reasonFault } from '../src/logic/reason'

describe('a paged list', () => {
  it('asks for what is set and leaves out the rest', () => {
    expect(listPath('/x', { q: ' 市监 ', limit: 30, offset: 0, filters: { state: 'active' } }, { level: undefined })).toBe('/x?q=%E5%B8%82%E7%9B%91&state=active&limit=30')
    expect(listPath('/x', {})).toBe('/x')
  })

  it('fetches every row for an export, and stops when the server gives no more', async () => {
    const all = Array.from({ length: 250 }, (_, i) => i)
    const asked: number[] = []
    const rows = await fetchAll(async ({ limit, offset }) => {
      asked.push(offset)
      return { items: all.slice(offset, offset + limit), total: all.length }
    }, { q: '', filters: {} })
    expect([rows.length, asked]).toEqual([250, [0, 100, 200]])
    expect(await fetchAll(async () => ({ items: null, total: 9 }), { q: '', filters: {} })).toEqual([])
  })

  it('has at least one page', () => {
    expect([0, 1, 30, 31].map((n) => pagesFor(n))).toEqual([1, 1, 1, 2])
  })
})

describe('small rules of forms', () => {
  it('counts a reason in characters', () => {
    expect(['', '改', '  改 ', '改名', '𠮷𠮷', '长'.repeat(201)].map(reasonFault)).toEqual(['short', 'short', 'short', undefined, undefined, 'long'])
  })

  it('moves the highlight round', () => {
    expect([moveChoice('ArrowDown', -1, 3), moveChoice('ArrowDown', 2, 3), moveChoice('ArrowUp', 0, 3), moveChoice('x', 0, 3), moveChoice('ArrowDown', 0, 0)]).toEqual([0, 0, 2, undefined, undefined])
  })

  it('finds the words that blame a field', () => {
    const p = new Problem(422, { code: 'invalid', errors: [{ field: 'body.name', code: 'x', zh: '名称错了', en: 'wrong name' }, { field: 'unit.id', code: 'y', zh: '单位', en: 'unit' }] })
    expect([faultOf(p, 'name', 'zh'), faultOf(p, 'unit', 'en'), faultOf(p, 'nam', 'zh'), faultOf(undefined, 'name', 'zh')]).toEqual(['名称错了', 'unit', undefined, undefined])
    expect([isConflict(new Problem(409, { code: 'conflict' })), isConflict(p)]).toEqual([true, false])
  })
})
