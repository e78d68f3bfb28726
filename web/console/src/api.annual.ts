import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import { listPath, type Answer, type Ask } from './logic/paged'

type Schemas = components['schemas']

export type AnnualItem = Schemas['AnnualItem']
export type AnnualDetail = Schemas['AnnualDetail']
export type DueLicense = Schemas['DueLicense']

/** Annual inspections of the own unit, and what is due. */
export function annualApi(c: Client) {
  const at = (id: string) => `/api/v1/annual-inspections/${encodeURIComponent(id)}`
  return {
    annuals: (ask: Ask) => c.get<Answer<AnnualItem>>(listPath('/api/v1/annual-inspections', ask)),
    annual: (id: string) => c.get<AnnualDetail>(at(id)),
    examineAnnual: (id: string, version: number, passes: boolean, finding: string) => c.post<AnnualDetail>(`${at(id)}/examine`, { version, passes, finding }),
    reviewAnnual: (id: string, version: number, agrees: boolean, reason: string) => c.post<AnnualDetail>(`${at(id)}/review`, { version, agrees, reason }),
    dueLicenses: (ask: Ask) => c.get<Answer<DueLicense>>(listPath('/api/v1/due-licenses', ask)),
  }
}
