import { expect, test } from 'vitest'
import { sideBySide } from '../src/logic/versions'

const said = (name: string, value: string) => ({ name, label: name, value })

test('two versions stand side by side, in the order of the later one', () => {
  const pairs = sideBySide([said('a', '1'), said('gone', 'x'), said('b', '2')], [said('b', '3'), said('a', '1'), said('new', 'y')])
  expect(pairs.map((p) => [p.name, p.before, p.after, p.changed])).toEqual([
    ['b', '2', '3', true],
    ['a', '1', '1', false],
    ['new', undefined, 'y', true],
    ['gone', 'x', undefined, true],
  ])
})
