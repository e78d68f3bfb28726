import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'

type Schemas = components['schemas']

export type Usage = Schemas['Usage']
export type SeenUse = Schemas['SeenUse']
export type LogHealth = Schemas['LogHealth']
export type LogWitness = Schemas['LogWitness']
export type LookAsk = Schemas['UseLookInputBody']

const v1 = '/api/v1'

/** What the evidence tells those who answer for it: use of the unit's licenses, records of use, the log itself. */
export function evidenceApi(c: Client) {
  return {
    usage: (from: string, to: string) => c.get<{ unit: Schemas['Named']; items: Usage[] }>(`${v1}/usage?from=${from}&to=${to}`),
    /** Each call is itself put on record. */
    lookAtUses: (ask: LookAsk) => c.post<Schemas['UseLookOutputBody']>(`${v1}/uses/looks`, ask),
    logHealth: () => c.get<LogHealth>(`${v1}/log/health`),
  }
}
