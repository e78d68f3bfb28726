import { expect, it } from 'vitest'
import type { CaseDetail } from '../src/api'
import type { CaseDossier } from '../src/api.dossier'
import { dossierParties, dossierSum } from '../src/logic/dossier'

type Asked = Parameters<typeof dossierParties>[0]
const type = { code: 'A', name: '甲证' }
const of = (parties: string[], materials: unknown[]) => ({ applicant: {}, parties: parties.map((role) => ({ role })), materials }) as unknown as Asked

it.each([
  ['nobody of whom no license is asked', of(['applicant', 'spouse'], [{ party: 'applicant' }]), []],
  ['the applicant first', of(['applicant', 'representative'], [{ type, party: 'representative' }, { type, party: 'applicant' }]), ['applicant', 'representative']],
  ['nobody who is not there', of(['applicant'], [{ type, party: 'spouse' }, { type, party: 'applicant' }]), ['applicant']],
])('asks for %s', (_name, c, want) => expect(dossierParties(c as CaseDetail)).toEqual(want))

it('sums what was told and what was not', () => {
  const d = { types: [{ licenses: [{}, {}] }, { licenses: [], reasons: [{}] }] } as unknown as CaseDossier
  expect(dossierSum(d)).toEqual({ licenses: 2, refused: 1 })
})
