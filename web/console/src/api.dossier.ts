import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'

type Schemas = components['schemas']

export type CaseDossier = Schemas['CaseDossier']
export type DossierParty = Schemas['CaseDossierInputBody']['party']

/** What an open case lets be seen of its parties; each look is on record for the holder. */
export function dossierApi(c: Client) {
  return {
    lookAtDossier: (caseNo: string, party: DossierParty) => c.post<CaseDossier>(`/api/v1/cases/${encodeURIComponent(caseNo)}/dossier`, { party }),
  }
}
