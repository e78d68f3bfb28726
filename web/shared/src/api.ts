// The JSON API as the apps see it. The types are made from api/openapi.yaml by `npm run types`; here they get the
// names that the apps use. Times are RFC 3339 with +08:00, dates 2006-01-02.

import { appealApi } from './api/appeal'
import { applyApi } from './api/apply'
import { commitApi } from './api/commit'
import { peopleApi } from './api/people'
import { shareApi } from './api/share'
import { showApi, type Showing } from './api/show'
import type { Client } from './client'
import type { components, operations } from './openapi'

type Schemas = components['schemas']

export type Code = Schemas['Coded']
export type Ref = Schemas['Named']
export type Field = Schemas['Item']
export type FieldName = Schemas['Label']
export type Reason = Schemas['Reason']
export type Session = Schemas['Session']

export type Matter = Schemas['Matter']
export type MatterMaterial = Schemas['Material']
export type FormItem = Schemas['FormField']

export type CaseSummary = Schemas['CaseSummary']
export type CaseDetail = Schemas['CaseDetail']
export type CaseMaterial = Schemas['CaseMaterial']
export type CaseStage = CaseSummary['stage']
export type CaseQueue = NonNullable<NonNullable<operations['listCases']['parameters']['query']>['queue']>
export type NewCase = Schemas['OpenCaseInputBody']
export type LentLicense = Schemas['LentLicense']

export type Making = Schemas['Making']
export type MakingDetail = Schemas['MakingDetail']

export type HeldLicense = Schemas['HeldLicense']
export type HeldLicenseDetail = Schemas['HeldDetail']
export type Family = Schemas['CardType']['family']

export type Presentation = Schemas['Presentation']
export type ShownCode = Schemas['Peek']
export type Verdict = Schemas['Verdict']
export type FileReport = Schemas['FileReport']

export type Use = Schemas['Use']
export type Ground = Use['ground']

/** receipt.json: a leaf of the evidence log, its opening and the platform's promise; bytes in base64. */
export type ReceiptFile = Schemas['LeafReceipt']

/** proof.json: the leaf's inclusion in the tree of a checkpoint; hashes in base64. */
export type ProofFile = Schemas['LeafProof']

export interface Item<T> {
  items: T[]
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
    present: (id: string, how: Showing = {}) => c.post<Presentation>(`${v1}/me/licenses/${part(id)}/presentations`, how),
    reportLoss: (id: string) => c.post<HeldLicenseDetail>(`${v1}/me/licenses/${part(id)}/loss`),
    presentation: (id: string) => c.get<Presentation>(`${v1}/me/presentations/${part(id)}`),
    endPresentation: (id: string) => c.delete(`${v1}/me/presentations/${part(id)}`),

    uses: () => c.get<Item<Use>>(`${v1}/me/uses`),
    receipt: (no: string) => c.get<ReceiptFile>(`${v1}/me/uses/${part(no)}/receipt`),
    proof: (no: string) => c.get<ProofFile>(`${v1}/me/uses/${part(no)}/proof`),
    logKeys: () => c.text('/log/log.pub'),

    shown: (token: string) => c.get<ShownCode>(`${v1}/presentations/${part(token)}`),
    check: (token: string, purpose?: string) =>
      c.post<Verdict>(`${v1}/presentations/${part(token)}/check`, purpose ? { purpose } : {}),
    ...applyApi(c),
    ...commitApi(c),
    ...peopleApi(c),
    ...appealApi(c),
    ...showApi(c),
    ...shareApi(c),
    verifyFile: (file: Blob) => c.upload<FileReport>(`${v1}/verify`, file),
  }
}

export type Api = ReturnType<typeof makeApi>
