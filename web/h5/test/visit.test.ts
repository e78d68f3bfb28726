import type { VisitDetail } from '@yinxin/shared'
import { expect, it } from 'vitest'
import { findingOf, openTypes, planFault } from '../src/logic/visit'

const plan = { code: '91350102YX01090544', name: '面馆', matterCode: '350631963001', days: 1 as number | '' }

it.each([
  ['whole', {}, undefined],
  ['without a name', { name: ' ' }, 'name'],
  ['with half a code', { code: '9135' }, 'code'],
  ['without a matter', { matterCode: '' }, 'matterCode'],
  ['for no day', { days: 0 }, 'days'],
  ['for too long', { days: 31 }, 'days'],
  ['for an empty field', { days: '' as const }, 'days'],
])('a plan %s has the fault it has', (_name, over, want) => expect(planFault({ ...plan, ...over })).toBe(want))

it('knows what is still to be checked, and what was found of a license', () => {
  const v = { types: [{ findings: [{ licenseId: 'l1', result: 'differs' }] }, { findings: [] }] } as unknown as VisitDetail
  expect(openTypes(v)).toEqual([v.types[1]])
  expect(findingOf(v.types[0]!, 'l1')).toBe('differs')
  expect(findingOf(v.types[0]!, 'l2')).toBeUndefined()
})
