import type { Dossier, DossierLicense } from '@yinxin/shared'
import { expect, it } from 'vitest'
import { licenseCount, saidOf } from '../src/logic/dossier'

it('counts licenses over all families', () => {
  expect(licenseCount({ groups: [{ licenses: [{}, {}] }, { licenses: [{}] }] } as unknown as Dossier)).toBe(3)
})

it.each([
  ['a first version without end', { version: 1 }, ['noEnd']],
  ['all that can be said', { version: 2, validTo: '2027-01-01', joint: ['甲', '乙'], paperSerial: 'N1' }, ['version', 'to', 'joint', 'paper']],
])('tells of %s', (_name, l, want) => {
  const said = saidOf(l as unknown as DossierLicense, (d) => d, '、')
  expect(said.map((s) => s.key)).toEqual(want)
  if ('joint' in l) expect(said[2]?.args).toEqual({ names: '甲、乙' })
})
