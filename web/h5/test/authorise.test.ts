import type { Authorisation } from '@yinxin/shared'
import { expect, test } from 'vitest'
import { grouped, markOf, upTo } from '../src/logic/authorise'

const one = (id: string, state: Authorisation['state']): Authorisation => ({
  id,
  state,
  other: { kind: 'unit', name: '某酒店' },
  type: { code: '1', name: '居民身份证' },
  fields: [],
  purpose: '入住登记',
  uses: 3,
  taken: 0,
  days: 7,
})

test('what waits stands first, then what is in force; an empty group is left out', () => {
  const all = [one('a', 'ended'), one('b', 'given'), one('c', 'asked'), one('d', 'withdrawn')]
  expect(grouped(all).map((g) => [g.name, g.items.map((a) => a.id).join()])).toEqual([
    ['waiting', 'c'],
    ['standing', 'b'],
    ['over', 'a,d'],
  ])
  expect(grouped([one('a', 'used')]).map((g) => g.name)).toEqual(['over'])
})

test('no more is offered than was asked for', () => {
  expect(upTo(3, [1, 3, 10])).toEqual([1, 3])
  expect(upTo(20, [1, 3, 10])).toEqual([1, 3, 10, 20])
  expect(upTo(1, [1, 3, 10])).toEqual([1])
})

test('only what is in force is marked as good', () => {
  expect(markOf('given').tone).toBe('jade')
  expect(markOf('asked').tone).toBe('amber')
  expect(markOf('withdrawn').tone).toBe('muted')
})
