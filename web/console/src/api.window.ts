import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'

type Schemas = components['schemas']

export type Visit = Schemas['Visit']
export type Guest = Schemas['Guest']
export type ActsFor = Schemas['ActsFor']
export type Precheck = Schemas['Precheck']
export type Coming = Schemas['ComingBody']
type CaseDetail = Schemas['CaseDetail']

const visits = '/api/v1/window/visits'
const part = encodeURIComponent

/** Operations of the counter. */
export function windowApi(c: Client) {
  return {
    receive: (code: string, visitId?: string) => c.post<Visit>(visits, visitId ? { code, visitId } : { code }),
    receiveCard: (card: Schemas['CardInput'], visitId?: string) => c.post<Visit>(visits, visitId ? { card, visitId } : { card }),
    precheck: (id: string, body: Coming) => c.post<Precheck>(`${visits}/${part(id)}/precheck`, body),
    openVisitCase: (id: string, body: Coming & { idempotencyKey: string; representative?: { code: string } }) =>
      c.post<CaseDetail>(`${visits}/${part(id)}/cases`, body),
    resetGuestFactors: (id: string, guest: number, seen: Schemas['ResetGuestInputBody']['seen']) =>
      c.post<Schemas['ResetGuestOutputBody']>(`${visits}/${part(id)}/factors/reset`, { guest, seen }),
    confirmRelation: (id: string, relationId: string, guest: number) =>
      c.post<Visit>(`${visits}/${part(id)}/relations/${part(relationId)}/confirm`, { guest }),
  }
}
