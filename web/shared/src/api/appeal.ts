import type { Client } from '../client'
import type { components } from '../openapi'

type Schemas = components['schemas']

export type Appeal = Schemas['Appeal']
export type AppealDetail = Schemas['AppealDetail']
export type AppealKind = Appeal['kind']
export type IssuedType = Schemas['IssuedType']
export type ProofFacts = Schemas['ProofFacts']
export type Availability = Schemas['Availability']
export type NewSupplement = Schemas['SupplementInputBody']

/** A complaint: with the number of a proof, or with a matter and words. */
export interface NewComplaint {
  ground: 'paper' | 'refused'
  matterCode?: string
  proofNo?: string
  text?: string
}

const me = '/api/v1/me'
const part = encodeURIComponent

/** Operations of this area: see the routes of the same name in h5. */
export function appealApi(c: Client) {
  return {
    appeals: () => c.get<{ items: Appeal[]; total: number }>(`${me}/appeals?limit=100`),
    appeal: (id: string) => c.get<AppealDetail>(`${me}/appeals/${part(id)}`),
    issuedTypes: (q: string) => c.get<{ items: IssuedType[] }>(`${me}/issued-types?q=${part(q)}`),
    askSupplement: (body: NewSupplement) => c.post<AppealDetail>(`${me}/appeals/supplement`, body),
    reportError: (license: string, fields: string[], text: string) =>
      c.post<AppealDetail>(`${me}/licenses/${part(license)}/correction`, { fields, text }),
    complain: (body: NewComplaint) => c.post<AppealDetail>(`${me}/appeals/complaint`, body),
    withdrawAppeal: (id: string) => c.post<AppealDetail>(`${me}/appeals/${part(id)}/withdrawal`),

    proveAvailability: (matterCode: string, licenseId: string) => c.post<Availability>(`${me}/availability`, { matterCode, licenseId }),
    availabilities: () => c.get<{ items: ProofFacts[] }>(`${me}/availability`),
    availability: (no: string) => c.get<Availability>(`${me}/availability/${part(no)}`),
  }
}
