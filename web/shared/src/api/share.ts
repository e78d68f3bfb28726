import type { Client } from '../client'
import type { components } from '../openapi'

type Schemas = components['schemas']

export type Share = Schemas['Share']
export type NewShare = Schemas['NewShare']
export type ShareDetail = Schemas['ShareDetail']

/** What the holder settles about a download. */
export interface ShareTerms {
  receiver: string
  purpose: string
  days: number
  downloads: number
}

const me = '/api/v1/me'
const part = encodeURIComponent

/** Operations of this area: see the routes of the same name in h5. */
export function shareApi(c: Client) {
  return {
    makeShare: (license: string, terms: ShareTerms) => c.post<NewShare>(`${me}/licenses/${part(license)}/shares`, terms),
    shares: () => c.get<{ items: Share[] }>(`${me}/shares`),
    share: (id: string) => c.get<ShareDetail>(`${me}/shares/${part(id)}`),
    endShare: (id: string) => c.post<ShareDetail>(`${me}/shares/${part(id)}/end`),
  }
}
