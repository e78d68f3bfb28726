import type { Client } from '../client'
import type { components } from '../openapi'

type Schemas = components['schemas']

export type LifeEvent = Schemas['LifeEvent']
export type ApplicationSummary = Schemas['ApplicationSummary']
export type Application = Schemas['ApplicationDetail']
export type ApplicationField = Schemas['ApplicationField']
export type ApplicationMaterial = Schemas['ApplicationMaterial']
export type Attachment = Schemas['ApplicationAttachment']
export type CorrectionItem = Schemas['CorrectionItem']
export type OtherParties = Schemas['OtherParties']
export type BundleSummary = Schemas['BundleSummary']
export type Bundle = Schemas['BundleDetail']
export type BundleStep = Schemas['BundleStep']
export type Notice = Schemas['NoticeItem']
type Matter = Schemas['Matter']

const v1 = '/api/v1'
const mine = `${v1}/me/applications`
const bundles = `${v1}/me/bundles`
const part = encodeURIComponent

/** Applying online: matters and life events, applications, what they tell their applicant. */
export function applyApi(c: Client) {
  return {
    findMatters: (q: string, offset: number, limit: number) =>
      c.get<{ items: Matter[]; total: number }>(`${v1}/matters?q=${part(q)}&offset=${offset}&limit=${limit}`),
    events: (q = '') => c.get<{ items: LifeEvent[] }>(`${v1}/events?q=${part(q)}`),
    event: (code: string) => c.get<LifeEvent>(`${v1}/events/${part(code)}`),

    applications: (limit = 100) => c.get<{ items: ApplicationSummary[]; total: number }>(`${mine}?limit=${limit}`),
    application: (no: string) => c.get<Application>(`${mine}/${part(no)}`),
    apply: (matterCode: string, idempotencyKey: string, parties: OtherParties = {}) =>
      c.post<Application>(mine, { matterCode, idempotencyKey, parties }),
    saveApplication: (no: string, version: number, values: Record<string, string>) =>
      c.put<Application>(`${mine}/${part(no)}/form`, { version, values }),
    attach: (no: string, seq: number, file: File) =>
      c.upload<Application>(`${mine}/${part(no)}/attachments/${seq}?fileName=${part(file.name)}`, file),
    detach: (url: string) => c.delete<Application>(url),
    handIn: (no: string, version: number) => c.post<Application>(`${mine}/${part(no)}/submit`, { version }),
    withdraw: (no: string, version: number) => c.post<Application>(`${mine}/${part(no)}/withdraw`, { version }),

    bundles: () => c.get<{ items: BundleSummary[] }>(bundles),
    bundle: (id: string) => c.get<Bundle>(`${bundles}/${part(id)}`),
    applyEvent: (eventCode: string, idempotencyKey: string, parties: OtherParties = {}) =>
      c.post<Bundle>(bundles, { eventCode, idempotencyKey, parties }),
    saveBundle: (id: string, values: Record<string, string>) => c.put<Bundle>(`${bundles}/${part(id)}/form`, { values }),
    handInBundle: (id: string) => c.post<Bundle>(`${bundles}/${part(id)}/submit`),
    withdrawBundle: (id: string) => c.post<Bundle>(`${bundles}/${part(id)}/withdraw`),

    notices: () => c.get<{ items: Notice[]; total: number; unread: number }>(`${v1}/me/notices?limit=100`),
    readNotice: (id: string) => c.post<void>(`${v1}/me/notices/${part(id)}/read`),
  }
}
