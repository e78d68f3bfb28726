import type { ApplicationField } from '@yinxin/shared'
import { expect, test } from 'vitest'
import { faultOf, firstOpen, isOpen, pageOf, standing, stepsOf, type Sheet, type SheetMaterial } from '../src/logic/application'

const field = (name: string, more: Partial<ApplicationField> = {}): ApplicationField => ({
  name, label: name, type: 'text', required: true, locked: false, value: '', fill: 'you', fixed: false, ...more,
})
const material = (seq: number, more: Partial<SheetMaterial> = {}): SheetMaterial => ({
  caseNo: '1', seq, name: `m${seq}`, required: true, status: 'ready', upload: false, help: [], attachments: [], ...more,
})
const sheet = (form: ApplicationField[], materials: SheetMaterial[], corrections: Sheet['corrections'] = []) =>
  ({ form, materials, corrections }) as unknown as Sheet
const keys = (s: Sheet) => stepsOf(s).map((x) => x.key)

const file = { id: 'f', name: 'a.pdf', media: 'application/pdf', size: 1, ground: 'plain', addedAt: '', url: '' } as const

test('what licenses fill and what comes by itself is one page; the rest is asked one by one', () => {
  const s = sheet(
    [field('name', { fill: 'license', value: '某公司', fixed: true }), field('area'), field('note', { required: false })],
    [material(1), material(2, { status: 'missing', upload: true })],
  )
  expect(keys(s)).toEqual(['filled', 'q-area', 'q-note', 'm-1-2', 'check'])
})

test('nothing filled: no page for it', () => {
  expect(keys(sheet([field('area')], []))).toEqual(['q-area', 'check'])
})

test('a correction brings back what a license filled, unless the rule leaves it to the license', () => {
  const form = [field('a', { fill: 'license', value: 'x' }), field('b', { fill: 'license', value: 'y', fixed: true })]
  const s = sheet(form, [], [{ field: 'a', text: '' }, { field: 'b', text: '' }])
  expect(keys(s)).toEqual(['filled', 'q-a', 'check'])
  expect(s.corrections.map((c) => pageOf(s, c))).toEqual(['q-a', 'check'])
})

test('the first page that lacks something required is opened; then the check', () => {
  const s = sheet([field('a', { value: '1' }), field('b')], [material(2, { status: 'plain', upload: true })])
  expect(firstOpen(stepsOf(s)).key).toBe('q-b')
  const all = sheet([field('a', { value: '1' })], [material(2, { status: 'attached', upload: true, attachments: [file] })])
  expect(firstOpen(stepsOf(all)).key).toBe('check')
  expect(stepsOf(all).some(isOpen)).toBe(false)
})

test.each([
  ['', {}, 'required'],
  ['', { required: false }, undefined],
  ['四个字的', { maxLength: 3 }, 'tooLong'],
  ['三个字', { maxLength: 3 }, undefined],
  ['12a', { type: 'number' }, 'number'],
  ['85.5', { type: 'number' }, undefined],
  ['2026年', { type: 'date' }, 'date'],
  ['2026-03-01', { type: 'date' }, undefined],
] as [string, Partial<ApplicationField>, string | undefined][])('an answer “%s”', (value, how, want) => {
  expect(faultOf(field('a', how), value)).toBe(want)
})

test.each([
  ['draft', 'open', undefined, false, 'draft'],
  ['wait', 'open', undefined, false, 'waiting'],
  ['accept', 'open', undefined, false, 'handedIn'],
  ['accept', 'open', undefined, true, 'underWay'],
  ['mend', 'open', undefined, true, 'mend'],
  ['decide', 'open', undefined, true, 'underWay'],
  ['making', 'open', 'approved', true, 'making'],
  ['done', 'closed', 'approved', true, 'approved'],
  ['done', 'closed', 'refused', true, 'refused'],
  ['draft', 'closed', 'withdrawn', false, 'withdrawn'],
] as const)('stage %s, %s, %s: %s', (stage, state, outcome, taken, want) => {
  expect(standing({ stage, state, outcome, taken })).toBe(want)
})
