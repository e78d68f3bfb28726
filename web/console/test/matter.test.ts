import { describe, expect, it } from 'vitest'
import { scaled } from '../src/logic/bars'
import { bindingFault, bodyOf, chosenFields, goneFields, moved, type BindingDraft } from '../src/logic/binding'
import { boundShare, percent, stack, standing } from '../src/logic/share'

const license = { value: '11350000YX0000016Q001', label: '营业执照' }
const draft = (part: Partial<BindingDraft> = {}): BindingDraft => ({
  plain: false,
  party: 'applicant',
  stages: ['decide', 'accept'],
  alternatives: [{ type: license, fields: ['CZZT'] }],
  ...part,
})

describe('a binding', () => {
  it('is sent with its stages in order, and a plain one with nothing else', () => {
    expect(bodyOf(draft())).toEqual({ bindings: [{ type: license.value, fields: ['CZZT'] }], party: 'applicant', stages: ['accept', 'decide'], plain: false })
    expect(bodyOf(draft({ plain: true }))).toEqual({ bindings: [], plain: true })
  })

  it.each([
    ['whole', draft(), undefined],
    ['plain', draft({ plain: true, alternatives: [], stages: [] }), undefined],
    ['without a license', draft({ alternatives: [] }), 'none'],
    ['that reads nothing', draft({ alternatives: [{ type: license, fields: ['CZZT'] }, { type: license, fields: [] }] }), 'fields'],
    ['for no stage', draft({ stages: [] }), 'stages'],
  ])('%s has the fault it has', (_name, d, want) => expect(bindingFault(d)).toBe(want))

  it('keeps its alternatives in order and its fields in the order of the type', () => {
    expect(moved(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c'])
    expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c'])
    const all = ['ZZBH', 'CZZT', 'ZS'].map((name) => ({ name, label: name, sensitive: 0 }))
    expect(chosenFields(all, ['ZS', 'ZZBH', 'OLD'])).toEqual(['ZZBH', 'ZS'])
    expect(goneFields(all, ['ZS', 'OLD'])).toEqual(['OLD'])
  })
})

describe('coverage', () => {
  it('leaves out what no license satisfies, and never rounds up', () => {
    expect(boundShare({ bound: 9, plain: 90, open: 1 })).toBe(90)
    expect(percent(boundShare({ bound: 2999, plain: 0, open: 1 }))).toBe('99.9%')
    expect(percent(boundShare({ bound: 0, plain: 3, open: 0 }))).toBe('—')
  })

  it.each([
    [95, 'reached'],
    [90, 'reached'],
    [80, 'near'],
    [79.9, 'below'],
    [undefined, 'none'],
  ])('%s of 90 is %s', (n, want) => expect(standing(n, 90)).toBe(want))

  it('draws parts that make a whole', () => {
    const parts = stack({ bound: 1, plain: 1, open: 2 })
    expect(parts.map((p) => [p.key, p.from, p.width])).toEqual([
      ['bound', 0, 25],
      ['plain', 25, 25],
      ['open', 50, 50],
    ])
    expect(stack({ bound: 0, plain: 0, open: 0 })).toEqual([])
  })

  it('draws a bar for whatever is there', () => {
    const bars = scaled([
      { key: 'a', label: 'a', value: 1000, tone: 'jade' },
      { key: 'b', label: 'b', value: 1, tone: 'red' },
      { key: 'c', label: 'c', value: 0, tone: 'red' },
    ])
    expect(bars.map((b) => b.width)).toEqual([100, 1, 0])
    expect(scaled([{ key: 'a', label: 'a', value: 0, tone: 'red' }])[0]?.width).toBe(0)
  })
})
