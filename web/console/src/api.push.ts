import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'

export type Subscription = components['schemas']['Subscription']

const part = encodeURIComponent

/** Which systems are told of changes of licenses, how far they are, and which do not answer. */
export function pushApi(c: Client) {
  return {
    subscriptions: async () => (await c.get<{ items: Subscription[] }>('/api/v1/subscriptions')).items,
    subscribe: (systemId: string, url: string, reason: string) => c.post<Subscription>(`/api/v1/systems/${part(systemId)}/subscriptions`, { url, reason }),
    setSubscription: (id: string, state: Subscription['state'], reason: string) =>
      c.post<Subscription>(`/api/v1/subscriptions/${part(id)}/state`, { state, reason }),
  }
}
