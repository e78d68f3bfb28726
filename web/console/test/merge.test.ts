import { describe, expect, it } from 'vitest'
import { diffFields, valueText } from '../src/logic/diff'
import { mergeThree, orderStep, pathKey, settle, undecided } from '../src/logic/merge'

const base = { name: '食品经营许可证', days: 5, unit: { id: 'u1', name: '市监局' }, fields: [{ code: 'A', label: '甲', max: 10 }, { code: 'B', label: '乙', max: 20 }] }

const copy = (over: object = {}) => ({ ...structuredClone(base), ...over })
const keys = (pieces: ReturnType<typeof mergeThree>) => pieces.map((p) => [pathKey(p.path), p.by])

describe('three-way merge', () => {
  it('needs no choice where each changed something else', () => {
    const theirs = copy({ days: 3 })
    const mine = copy({ name: '食品经营许可' })
    const pieces = mergeThree(base, theirs, mine)
    expect(keys(pieces)).toEqual([['name', 'mine'], ['days', 'theirs']])
    expect(settle(theirs, pieces, {})).toEqual(copy({ days: 3, name: '食品经营许可' }))
  })

  it('asks where both changed the same differently, and not where they agree', () => {
    const theirs = copy({ days: 3, name: '新名' })
    const mine = copy({ days: 4, name: '新名' })
    const pieces = mergeThree(base, theirs, mine)
    expect(keys(pieces)).toEqual([['days', 'both']])
    expect(undecided(pieces, {})).toHaveLength(1)
    expect(undecided(pieces, { days: 'mine' })).toHaveLength(0)
    expect(settle(theirs, pieces, { days: 'mine' }).days).toBe(4)
    expect(settle(theirs, pieces, {}).days).toBe(3)
  })

  it('merges a list thing by thing', () => {
    const theirs = copy({ fields: [{ code: 'A', label: '甲', max: 12 }, { code: 'B', label: '乙', max: 20 }, { code: 'C', label: '丙', max: 1 }] })
    const mine = copy({ fields: [{ code: 'A', label: '甲方', max: 10 }, { code: 'D', label: '丁', max: 2 }] })
    const pieces = mergeThree(base, theirs, mine)
    expect(keys(pieces)).toEqual([
      ['fields/A/label', 'mine'],
      ['fields/A/max', 'theirs'],
      ['fields/B', 'mine'],
      ['fields/C', 'theirs'],
      ['fields/D', 'mine'],
    ])
    expect(settle(theirs, pieces, {}).fields).toEqual([
      { code: 'A', label: '甲方', max: 12 },
      { code: 'C', label: '丙', max: 1 },
      { code: 'D', label: '丁', max: 2 },
    ])
  })

  it('asks when one took away what the other changed', () => {
    const theirs = copy({ fields: [{ code: 'A', label: '甲', max: 10 }, { code: 'B', label: '乙', max: 99 }] })
    const mine = copy({ fields: [{ code: 'A', label: '甲', max: 10 }] })
    const pieces = mergeThree(base, theirs, mine)
    expect(keys(pieces)).toEqual([['fields/B', 'both']])
    expect(settle(theirs, pieces, { 'fields/B': 'mine' }).fields).toHaveLength(1)
    expect(settle(theirs, pieces, { 'fields/B': 'theirs' }).fields).toHaveLength(2)
  })

  it('keeps an order that only one changed', () => {
    const theirs = copy({ days: 1 })
    const mine = copy({ fields: [base.fields[1], base.fields[0]] })
    const pieces = mergeThree(base, theirs, mine)
    expect(keys(pieces)).toEqual([['days', 'theirs'], [`fields/${orderStep}`, 'mine']])
    expect(settle(theirs, pieces, {}).fields.map((f) => f.code)).toEqual(['B', 'A'])
  })

  it('takes a list without keys as one value, and a missing field as empty', () => {
    const pieces = mergeThree({ roles: ['a'] }, { roles: ['a', 'b'], note: undefined }, { roles: ['a', 'c'] })
    expect(keys(pieces)).toEqual([['roles', 'both']])
  })

  it('changes neither side', () => {
    const theirs = copy({ days: 3 })
    settle(theirs, mergeThree(base, theirs, copy({ name: '新' })), {})
    expect(theirs).toEqual(copy({ days: 3 }))
  })
})

describe('diff of fields', () => {
  it('tells each field that changed, and what is new by its fields', () => {
    expect(diffFields({ name: '甲', days: 5 }, { name: '乙', days: 5 })).toEqual([{ path: ['name'], before: '甲', after: '乙' }])
    expect(diffFields(undefined, { name: '甲', unit: { id: 'u' } }).map((f) => [pathKey(f.path), f.after])).toEqual([['name', '甲'], ['unit/id', 'u']])
    expect(diffFields({ name: '甲' }, undefined)).toEqual([{ path: ['name'], before: '甲', after: undefined }])
  })

  it('says values in words', () => {
    const words = { yes: '是', no: '否', comma: '、' }
    expect(valueText([true, 'a', { name: '局', id: 1 }], words)).toBe('是、a、局')
    expect(valueText({ level: 3, empty: '' }, words)).toBe('level 3')
    expect([undefined, null, ''].map((v) => valueText(v, words))).toEqual(['', '', ''])
  })
})
