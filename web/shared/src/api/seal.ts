import type { Client } from '../client'
import type { components } from '../openapi.d.ts'

export type OwnSeal = components['schemas']['OwnSeal']

export const corners = ['bottom-right', 'bottom-left', 'top-right', 'top-left', 'centre'] as const
export type Corner = (typeof corners)[number]

/** The seal that lives with an own license. */
export function sealApi(c: Client) {
  const at = (id: string) => `/api/v1/me/licenses/${encodeURIComponent(id)}/seal`
  return {
    ownSeal: (id: string) => c.get<OwnSeal>(at(id)),
    makeOwnSeal: (id: string) => c.post<OwnSeal>(at(id)),
    /** page: counted from 1; 0 is the last one. */
    signWithSeal: (id: string, file: Blob, page: number, corner: Corner) => c.exchange(`${at(id)}/signatures?page=${page}&corner=${corner}`, file),
  }
}
