import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'

type Schemas = components['schemas']

export type FeedGap = Schemas['FeedGap']
export type FeedStanding = Schemas['FeedStanding']
export type SystemKey = Schemas['SystemKey']
export type Registration = Schemas['Registration']
export type RegistrationBody = Omit<Schemas['RegistrationInputBody'], 'version' | 'reason' | '$schema'>
export type RegistrationType = Schemas['RegistrationType']
export type ProvisionalCase = Schemas['ProvisionalCase']

const part = encodeURIComponent

/** What came from departments' systems, what did not, and the keys that they sign with. */
export function feedApi(c: Client) {
  const keysAt = (id: string) => `/api/v1/systems/${part(id)}/keys`
  const registrationAt = (id: string) => `/api/v1/systems/${part(id)}/application`
  return {
    feedReport: (from: string, to: string) =>
      c.get<{ items: FeedGap[]; systems: FeedStanding[] }>(`/api/v1/feed/report?from=${part(from)}&to=${part(to)}`),
    systemKeys: async (id: string) => (await c.get<{ items: SystemKey[] }>(keysAt(id))).items,
    addSystemKey: (id: string, publicKey: string, reason: string) => c.post<SystemKey>(keysAt(id), { publicKey, reason }),
    registration: (id: string) => c.get<Registration>(registrationAt(id)),
    saveRegistration: (id: string, body: RegistrationBody, version: number, reason: string) => c.put<Registration>(registrationAt(id), { ...body, version, reason }),
    endSystemKey: (id: string, key: string, reason: string) => c.post<SystemKey>(`${keysAt(id)}/${part(key)}/end`, { reason }),
  }
}
