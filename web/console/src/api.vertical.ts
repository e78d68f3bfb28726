import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'

type Schemas = components['schemas']

export type VerticalSystem = Schemas['VerticalSystem']
export type VerticalOpen = Schemas['VerticalOpen']
export type VerticalDay = Schemas['VerticalDay']
export type VerticalDifference = Schemas['VerticalDifference']
export type VerticalWish = Schemas['VerticalWish']

const part = encodeURIComponent

/** How vertical systems push licenses: health, what waits, how days compare, and what they are asked to send again. */
export function verticalApi(c: Client) {
  const at = (id: string) => `/api/v1/vertical/systems/${part(id)}`
  return {
    verticalSystems: async () => (await c.get<{ items: VerticalSystem[] }>('/api/v1/vertical/systems')).items,
    verticalSystem: (id: string) => c.get<{ open: VerticalOpen[]; days: VerticalDay[]; wanted: VerticalWish[] }>(at(id)),
    replayVertical: (id: string, body: { day?: string; licenseKey?: string; fromSeq?: number }, reason: string) =>
      c.post<VerticalWish>(`${at(id)}/replay`, { ...body, reason }),
    retryVertical: (id: string, reason: string) => c.post<void>(`${at(id)}/retry`, { reason }),
  }
}
