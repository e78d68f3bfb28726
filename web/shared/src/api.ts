// The JSON API as the apps see it (HTTP API v1). Times are RFC 3339 with +08:00, dates 2006-01-02.

import type { Client } from './client'

export interface Ref { id: string; name: string }
export interface Code { code: string; name: string }
export interface Item<T> { items: T[] }
export interface FieldName { name: string; label: string }
export interface Field extends FieldName { value: string }

export interface Session {
  accountId: string
  name: string
  kind: 'staff' | 'holder'
  roles: string[]
  unit?: Ref
  holderId?: string
  demo: boolean
}

export interface MatterMaterial {
  seq: number
  name: string
  type?: Code
  party: 'applicant' | 'representative' | 'spouse'
  required: boolean
  stages: ('accept' | 'decide')[]
  fields: FieldName[]
}

export interface FormItem {
  name: string
  label: string
  type: 'text' | 'date' | 'number' | 'select' | 'area'
  required: boolean
  maxLength?: number
  options?: { value: string; label: string }[]
  from?: string
}

export interface Matter {
  code: string
  baseCode: string
  name: string
  unit: Ref
  level: string
  holderKind: 'natural' | 'legal' | 'mixed'
  resultType?: Code
  days: number
  materials: MatterMaterial[]
  form: FormItem[]
}

export type CaseStage = 'accept' | 'decide' | 'making' | 'done' | 'returned'
export type CaseQueue = 'mine' | 'unit' | 'decide'

export interface CaseSummary {
  caseNo: string
  matter: Code
  applicantName: string
  stage: CaseStage
  state: 'open' | 'closed'
  electronic: boolean
  openedAt: string
  dueAt: string
  workdaysLeft: number
  assignee?: Ref
  missing: number
}

export interface Reason {
  code: string
  zh: string
  en: string
  clause?: string
}

export interface CaseMaterial {
  seq: number
  name: string
  type?: Code
  status: 'lent' | 'missing' | 'refused' | 'unusable' | 'plain' | 'paper'
  reason?: Reason
  license?: {
    id: string
    identifierMasked: string
    version: number
    state: string
    stateText: string
    issuer: string
    validTo?: string
  }
  grant?: { id: string; expiresAt: string; state: string }
  recordNo?: string
  recheck?: { state: string; changed: boolean; at: string }
}

export interface CaseDetail extends CaseSummary {
  unit: Ref
  applicant: { name: string; codeMasked: string; codeType: string }
  parties: { role: string; name: string; codeMasked: string }[]
  form: { name: string; label: string; value: string; from?: string; fromSeq?: number }[]
  materials: CaseMaterial[]
  history: { at: string; action: string; actor: { name: string; role: string }; opinion?: string }[]
  result?: { state: string; licenseId?: string; typeName: string; review?: string }
  version: number
}

export interface NewCase {
  matterCode: string
  applicant: { code: string }
  representative?: { code: string }
  spouse?: { code: string }
  idempotencyKey: string
}

export interface LentLicense {
  fields: Field[]
  svg: string
  copyUrl: string
  recordNo: string
  grantId: string
  at: string
}

export interface Making {
  licenseId: string
  caseNo?: string
  type: Code
  holderNameMasked: string
  step: 'data' | 'sealed' | 'published' | 'refused'
  issuer: string
  seals: { name: string; at: string }[]
  madeAt: string
  dueAt: string
}

export interface MakingDetail extends Making {
  fields: Field[]
  previewUrl: string
}

export type Family = 'identity' | 'business' | 'property' | 'permit' | 'life'

export interface HeldLicense {
  id: string
  type: Code & { family: Family }
  holderName: string
  numberMasked: string
  state: string
  stateText: string
  issuer: string
  validFrom: string
  validTo?: string
  color?: string
}

export interface HeldLicenseDetail extends HeldLicense {
  fields: Field[]
  identifier: string
  seals: { name: string; at: string }[]
  previewUrl: string
  fileUrl: string
  history: { at: string; text: string }[]
}

export interface Presentation {
  id: string
  url: string
  qrSvg: string
  expiresAt: string
  seconds: number
  state: 'open' | 'checked' | 'expired' | 'ended'
  fields: FieldName[]
  checkedAt?: string
  checkedBy?: string
  /** What the checker gave as the purpose, where they gave one. */
  purpose?: string
}

export type Ground = 'case' | 'presentation' | 'self' | 'issuing'

export interface Use {
  recordNo: string
  at: string
  ground: Ground
  result: 'given' | 'refused'
  reason?: Reason | string
  license: { id: string; typeName: string }
  unit?: string
  role?: string
  matter?: string
  caseNo?: string
  purpose: string
  fields: string[]
}

/** receipt.json: a leaf of the evidence log, its opening and the platform's promise; bytes in base64. */
export interface ReceiptFile {
  no: string
  leaf: string
  salt: string
  body: string
  promise: string
}

/** proof.json: the leaf's inclusion in the tree of a checkpoint; hashes in base64. */
export interface ProofFile {
  no: string
  index: number
  size: number
  hashes: string[]
  checkpoint: string
}

export interface ShownCode {
  state: string
  type: string | Code
  expiresAt: string
  seconds: number
}

export interface Verdict {
  verdict: 'valid' | 'notInForce' | 'suspended' | 'ended'
  state: string
  stateText: string
  type: string | Code
  issuer: string
  fields: Field[]
  previewUrl?: string
  checkedAt: string
  recordNo: string
}

export interface FileReport {
  verdict: 'valid' | 'untrusted' | 'invalid'
  causes: { code: string; part?: string; zh: string; en: string }[] | null
  license?: Record<string, string> | { name: string; value: string }[]
  seals?: { name: string; signedAt?: string; verdict: string }[] | null
  current?: { state: string; stateText: string; at: string }
}

const v1 = '/api/v1'
const part = encodeURIComponent

/** Every operation of the API, one function each. */
export function makeApi(c: Client) {
  return {
    session: () => c.get<Session>(`${v1}/session`),
    signOut: () => c.delete(`${v1}/session`),

    matters: (q = '') => c.get<Item<Matter>>(`${v1}/matters?q=${part(q)}`),
    matter: (code: string) => c.get<Matter>(`${v1}/matters/${part(code)}`),

    openCase: (body: NewCase) => c.post<CaseDetail>(`${v1}/cases`, body),
    cases: (queue: CaseQueue) => c.get<Item<CaseSummary>>(`${v1}/cases?queue=${queue}`),
    case: (no: string) => c.get<CaseDetail>(`${v1}/cases/${part(no)}`),
    readMaterial: (no: string, seq: number) =>
      c.post<LentLicense>(`${v1}/cases/${part(no)}/materials/${seq}/read`),
    acceptPaper: (no: string, seq: number, reason: string) =>
      c.post<CaseDetail>(`${v1}/cases/${part(no)}/materials/${seq}/paper`, { reason }),
    saveForm: (no: string, version: number, values: Record<string, string>) =>
      c.put<CaseDetail>(`${v1}/cases/${part(no)}/form`, { version, values }),
    submitCase: (no: string, version: number, opinion?: string) =>
      c.post<CaseDetail>(`${v1}/cases/${part(no)}/submit`, { version, opinion }),
    takeCase: (no: string, version: number) => c.post<CaseDetail>(`${v1}/cases/${part(no)}/take`, { version }),
    decideCase: (no: string, version: number, outcome: 'approve' | 'refuse' | 'return', opinion: string) =>
      c.post<CaseDetail>(`${v1}/cases/${part(no)}/decision`, { version, outcome, opinion }),

    makings: () => c.get<Item<Making>>(`${v1}/makings`),
    making: (id: string) => c.get<MakingDetail>(`${v1}/makings/${part(id)}`),
    reviewMaking: (id: string, outcome: 'publish' | 'refuse', opinion: string) =>
      c.post<Making>(`${v1}/makings/${part(id)}/review`, { outcome, opinion }),

    licenses: () => c.get<Item<HeldLicense>>(`${v1}/me/licenses`),
    license: (id: string) => c.get<HeldLicenseDetail>(`${v1}/me/licenses/${part(id)}`),
    present: (id: string, fields?: string[]) =>
      c.post<Presentation>(`${v1}/me/licenses/${part(id)}/presentations`, fields ? { fields } : {}),
    presentation: (id: string) => c.get<Presentation>(`${v1}/me/presentations/${part(id)}`),
    endPresentation: (id: string) => c.delete(`${v1}/me/presentations/${part(id)}`),

    uses: () => c.get<Item<Use>>(`${v1}/me/uses`),
    receipt: (no: string) => c.get<ReceiptFile>(`${v1}/me/uses/${part(no)}/receipt`),
    proof: (no: string) => c.get<ProofFile>(`${v1}/me/uses/${part(no)}/proof`),
    logKeys: () => c.text('/log/log.pub'),

    shown: (token: string) => c.get<ShownCode>(`${v1}/presentations/${part(token)}`),
    check: (token: string, purpose?: string) =>
      c.post<Verdict>(`${v1}/presentations/${part(token)}/check`, purpose ? { purpose } : {}),
    verifyFile: (file: Blob) => c.upload<FileReport>(`${v1}/verify`, file),
  }
}

export type Api = ReturnType<typeof makeApi>
