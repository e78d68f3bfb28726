import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import { listPath, type Answer } from './logic/paged'

type Schemas = components['schemas']

export type KeptSeal = Schemas['Seal']
export type SealDetail = Schemas['SealDetail']
export type SealEvent = Schemas['SealEvent']
export type SealRequest = Schemas['SealRequest']
export type SealTask = Schemas['SealTask']
export type SealMandate = Schemas['SealMandate']
export type SealStandIn = Schemas['SealStandIn']
export type SealColleague = Schemas['SealColleague']
export type SealUse = Schemas['SealUse']
export type SealAction = 'stop' | 'resume' | 'revoke'
export type RequestAction = 'approve' | 'refuse' | 'withdraw' | 'make'

const v1 = '/api/v1'
const part = encodeURIComponent

/** Seals: their life, their desk and the log of their use. */
export function sealApi(c: Client) {
  const items = async <T>(path: string): Promise<T[]> => (await c.get<{ items: T[] | null }>(path)).items ?? []
  const request = (id: string) => `${v1}/seal-requests/${part(id)}`
  return {
    seals: (ask: { limit?: number; offset?: number; filters?: Record<string, string> }) => c.get<Answer<KeptSeal>>(listPath(`${v1}/seals`, ask, ask.filters ?? {})),
    seal: (code: string) => c.get<SealDetail>(`${v1}/seals/${part(code)}`),
    changeSeal: (code: string, action: SealAction, reason: string) => c.post<SealDetail>(`${v1}/seals/${part(code)}/state`, { action, reason }),
    sealRequests: () => items<SealRequest>(`${v1}/seal-requests`),
    askForSeals: (kind: 'new' | 'renew', seals: { unitId: string; oldCode?: string }[], reason: string) =>
      c.post<SealRequest>(`${v1}/seal-requests`, { kind, purpose: 'license', seals, reason }),
    stepSealRequest: (id: string, action: RequestAction, reason: string) =>
      action === 'make' ? c.post<SealRequest>(`${request(id)}/making`, { reason }) : c.post<SealRequest>(`${request(id)}/decision`, { action, reason }),
    sealTasks: () => items<SealTask>(`${v1}/seal-tasks`),
    answerSealTask: (id: string, agree: boolean, reason: string) => c.post<SealTask>(`${v1}/seal-tasks/${part(id)}/answer`, { agree, reason }),
    sealMandates: () => items<SealMandate>(`${v1}/seal-mandates`),
    giveSealMandate: (typeCode: string, given: boolean, reason: string) => c.post<{ items: SealMandate[] | null }>(`${v1}/seal-mandates`, { typeCode, given, reason }),
    sealStandIns: () => c.get<{ items: SealStandIn[] | null; colleagues: SealColleague[] }>(`${v1}/seal-stand-ins`),
    standInForSeals: (accountId: string, until: string, reason: string) => c.post(`${v1}/seal-stand-ins`, { accountId, until, reason }),
    endSealStandIn: (id: string, reason: string) => c.post(`${v1}/seal-stand-ins/${part(id)}/end`, { reason }),
    sealUses: (result: string, before?: string) => items<SealUse>(`${v1}/seal-uses?${new URLSearchParams({ ...(result ? { result } : {}), ...(before ? { before } : {}) }).toString()}`),
  }
}
