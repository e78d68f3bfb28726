import type { Client } from '../client'
import type { components } from '../openapi'

type Schemas = components['schemas']

export type OwnCommitment = Schemas['OwnCommitment']

const me = '/api/v1/me'

/** What the holder committed to where a license could not be had (容缺受理, 告知承诺). */
export function commitApi(c: Client) {
  return {
    commitments: () => c.get<{ items: OwnCommitment[] }>(`${me}/commitments`),
    signCommitment: (x: OwnCommitment) =>
      c.post<{ items: OwnCommitment[] }>(`${me}/commitments/${encodeURIComponent(x.caseNo)}/${x.seq}/sign`, { digest: x.digest }),
  }
}
