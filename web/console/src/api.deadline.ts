import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import { listPath, type Answer, type Ask } from './logic/paged'

type Schemas = components['schemas']

export type Deadline = Schemas['Deadline']
export type DeadlineCount = Schemas['DeadlineCount']
export type DeadlineState = Deadline['state']

/** By when licenses must be made, and whose duty it is. */
export function deadlineApi(c: Client) {
  return {
    deadlines: (ask: Ask) => c.get<Answer<Deadline>>(listPath('/api/v1/deadlines', ask)),
    deadlineCounts: async () => (await c.get<{ items: DeadlineCount[] }>('/api/v1/deadlines/counts')).items,
  }
}
