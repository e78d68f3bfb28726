import type { Client } from '../client'
import type { components } from '../openapi'

type Schemas = components['schemas']

// PROVISIONAL until the operations land
interface Coded { code: string; name: string }
interface Named { id: string; name: string }
type FormField = Schemas['FormField']
export interface LifeEventStep { matter: Coded; unit: Named; resultName?: string; resultType?: Coded; days: number; after: string[] }
export interface LifeEvent {
  code: string
  name: string
  summary: string
  audience: 'natural' | 'legal'
  steps: LifeEventStep[]
  parties: string[]
  version: number
}
export interface ApplicationSummary {
  caseNo: string
  matter: Coded
  unit: Named
  channel: 'window' | 'online' | 'event' | 'system'
  stage: 'draft' | 'wait' | 'accept' | 'mend' | 'decide' | 'making' | 'done'
  taken: boolean
  state: 'open' | 'closed'
  outcome?: 'approved' | 'refused' | 'withdrawn'
  todo: boolean
  bundleId?: string
  openedAt: string
  submittedAt?: string
  closedAt?: string
  dueAt?: string
  workdaysLeft: number
}
export type ApplicationField = FormField & { value: string; fromSeq?: number; source?: string; fill: 'you' | 'license' | 'later'; fixed: boolean }
export interface Attachment { id: string; name: string; media: string; size: number; ground: string; addedAt: string; url: string }
export interface ApplicationMaterial {
  seq: number
  name: string
  required: boolean
  party?: 'applicant' | 'representative' | 'spouse' | 'child'
  type?: Coded
  status: 'ready' | 'party' | 'await' | 'missing' | 'unusable' | 'plain' | 'attached' | 'lent' | 'refused' | 'paper'
  reason?: { code: string; text: string }
  license?: { id: string; type: Coded; numberMasked: string; state: string; stateText: string; issuer: string; validTo?: string }
  upload: boolean
  help: { kind: 'supplement' | 'matter' | 'upload'; matter?: Coded; unit?: string }[]
  attachments: Attachment[]
}
export interface CorrectionItem { field?: string; seq?: number; text: string; label?: string }
export interface Application extends ApplicationSummary {
  applicant: { role: string; name: string; codeMasked: string; codeType: string }
  parties: { role: string; codeMasked: string }[]
  form: ApplicationField[]
  materials: ApplicationMaterial[]
  corrections: { items: CorrectionItem[]; askedAt: string; answeredAt?: string }[]
  history: { at: string; action: string; mine: boolean; opinion?: string }[]
  result?: { licenseId: string; typeName: string; state: string; stateText: string; published: boolean; own: boolean }
  days: number
  missing: string[]
  version: number
}
export interface BundleSummary {
  id: string
  event: Coded
  createdAt: string
  submittedAt?: string
  total: number
  done: number
  state: 'draft' | 'running' | 'done' | 'stopped'
  todo: boolean
}
export type BundleStep = Application & { after: string[]; blocked: boolean }
export interface Bundle extends BundleSummary {
  form: (ApplicationField & { matters: string[] })[]
  steps: BundleStep[]
  missing: string[]
}
export interface Notice {
  id: string
  kind: string
  subject: string
  detail: Record<string, string>
  at: string
  readAt?: string
}
export type OtherParties = Partial<Record<'representative' | 'spouse' | 'child', { name: string; code: string }>>
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
