import { describe, expect, it } from 'vitest'
import { initialsOf } from '../src/logic/initials'
import { moveInTree, rowsOf, typeAhead, type Node } from '../src/logic/tree'

const node = (id: string, children = 0, label = id): Node => ({ id, label, children })
const roots = [node('省', 2), node('外')]
const known = new Map([
  ['省', [node('市', 1), node('局')]],
  ['市', [node('区')]],
])
const open = (...ids: string[]) => rowsOf(roots, known, new Set(ids))
const ids = (rows: ReturnType<typeof open>) => rows.map((r) => r.node.id)

describe('initials', () => {
  it('are those of the pinyin', () => {
    expect([initialsOf('福州市人民政府（A1）'), initialsOf('鼓楼区市场监督管理局')]).toEqual(['fzsrmzf（a1）', 'glqscjdglj'])
  })
})

describe('tree of units', () => {
  it('shows what is open, with level and place', () => {
    expect(ids(open())).toEqual(['省', '外'])
    expect(ids(open('省', '市'))).toEqual(['省', '市', '区', '局', '外'])
    expect(ids(open('市'))).toEqual(['省', '外'])
    const row = open('省')[2]
    expect([row?.level, row?.at, row?.of, row?.parent]).toEqual([2, 2, 2, '省'])
  })

  it.each([
    ['ArrowDown', 0, { to: 1 }],
    ['ArrowUp', 0, undefined],
    ['End', 0, { to: 3 }],
    ['Home', 2, { to: 0 }],
    ['ArrowRight', 0, { to: 1 }],
    ['ArrowRight', 1, { open: '市' }],
    ['ArrowRight', 2, undefined],
    ['ArrowLeft', 0, { close: '省' }],
    ['ArrowLeft', 2, { to: 0 }],
    ['ArrowLeft', 3, undefined],
    ['x', 0, undefined],
  ])('%s on row %i', (key, at, want) => {
    expect(moveInTree(key, at, open('省'))).toEqual(want)
  })

  it('finds by letters, going round', () => {
    const rows = rowsOf([node('1', 0, '民政局'), node('2', 0, '市监局'), node('3', 0, '民宗局')], new Map(), new Set())
    expect([typeAhead('民', 0, rows), typeAhead('民', 2, rows), typeAhead('市监', 2, rows), typeAhead('税', 0, rows)]).toEqual([2, 0, 1, undefined])
    expect([typeAhead('m', 0, rows), typeAhead('mz', 0, rows), typeAhead('mzj', 0, rows), typeAhead('s', 0, rows), typeAhead('x', 0, rows)]).toEqual([2, 0, 0, 1, undefined])
  })
})
