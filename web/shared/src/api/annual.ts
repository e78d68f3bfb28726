import type { Client } from '../client'
import type { components } from '../openapi'

export type AnnualCycle = components['schemas']['AnnualCycle']
export type AnnualUpload = components['schemas']['AnnualUpload']

/** The annual inspection of an own license. */
export function annualApi(c: Client) {
  const at = (id: string) => `/api/v1/me/licenses/${encodeURIComponent(id)}/inspection`
  return {
    annual: (id: string) => c.get<AnnualCycle>(at(id)),
    applyForAnnual: (id: string, statement: string, files: AnnualUpload[] = []) => c.post<AnnualCycle>(at(id), { statement, files }),
    withdrawAnnual: (id: string) => c.post<AnnualCycle>(`${at(id)}/withdraw`, {}),
  }
}
