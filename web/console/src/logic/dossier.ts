import type { CaseDetail } from '../api'
import type { CaseDossier, DossierParty } from '../api.dossier'

/** The parties of a case whose dossier can be asked for: those of whom the matter asks a license, the applicant first. */
export function dossierParties(c: Pick<CaseDetail, 'parties' | 'materials' | 'applicant'>): DossierParty[] {
  const there = ['applicant', ...(c.parties ?? []).map((p) => p.role)]
  const asked = (c.materials ?? []).flatMap((m) => (m.type && m.party ? [m.party] : []))
  return (['applicant', 'representative', 'spouse', 'child'] as const).filter((p) => there.includes(p) && asked.includes(p))
}

/** How many licenses were told, and of how many types the door told nothing. */
export function dossierSum(d: CaseDossier): { licenses: number; refused: number } {
  return { licenses: d.types.reduce((n, x) => n + x.licenses.length, 0), refused: d.types.filter((x) => x.reasons?.length).length }
}
