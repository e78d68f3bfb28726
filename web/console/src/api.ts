import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import { annualApi } from './api.annual'
import { appealApi, type PaperGround } from './api.appeal'
import { batchApi } from './api.batch'
import { doorApi } from './api.door'
import { dossierApi } from './api.dossier'
import { evidenceApi } from './api.evidence'
import { sealApi } from './api.seal'
import { benchApi } from './api.bench'
import { onlineApi } from './api.online'
import { catalogApi } from './api.catalog'
import { deadlineApi } from './api.deadline'
import { feedApi } from './api.feed'
import { verticalApi } from './api.vertical'
import { pushApi } from './api.push'
import { intakeApi } from './api.intake'
import { lifeApi } from './api.life'
import { makingApi } from './api.making'
import { matterApi } from './api.matter'
import { orgApi } from './api.org'
import { windowApi } from './api.window'

// The operations that the console uses. Their types are generated from api/openapi.yaml (npm run types).

type Schemas = components['schemas']

export type Session = Schemas['Session']
export type Matter = Schemas['Matter']
export type FormItem = Schemas['FormField']
export type CaseSummary = Schemas['CaseSummary']
export type CaseDetail = Schemas['CaseDetail']
export type CaseMaterial = Schemas['CaseMaterial']
export type CaseResult = Schemas['CaseResult']
export type CaseStep = Schemas['CaseStep']
export type NewCase = Schemas['OpenCaseInputBody']
export type LentLicense = Schemas['LentLicense']
export type Field = Schemas['Item']
export type Making = Schemas['Making']
export type MakingDetail = Schemas['MakingDetail']
export type Reason = Schemas['Reason']

export type CaseStage = CaseSummary['stage']
export type CaseQueue = 'mine' | 'unit' | 'decide'
export type Outcome = 'approve' | 'refuse' | 'return'
export type Review = 'publish' | 'refuse'

const v1 = '/api/v1'
const part = encodeURIComponent

/** One function per operation. */
export function makeApi(c: Client) {
  const caseAt = (no: string) => `${v1}/cases/${part(no)}`
  const makingAt = (id: string) => `${v1}/makings/${part(id)}`
  return {
    ...annualApi(c),
    ...appealApi(c),
    ...batchApi(c),
    ...doorApi(c),
    ...dossierApi(c),
    ...evidenceApi(c),
    ...sealApi(c),
    ...benchApi(c),
    ...onlineApi(c),
    ...catalogApi(c),
    ...matterApi(c),
    ...orgApi(c),
    ...windowApi(c),
    ...feedApi(c),
    ...verticalApi(c),
    ...pushApi(c),
    ...deadlineApi(c),
    ...intakeApi(c),
    ...makingApi(c),
    ...lifeApi(c),

    session: () => c.get<Session>(`${v1}/session`),
    signOut: () => c.delete(`${v1}/session`),

    /** Matters that the own unit accepts. */
    matters: (q: string) => c.get<{ items: Matter[] }>(`${v1}/matters?mine=true&q=${part(q)}`),
    matter: (code: string) => c.get<Matter>(`${v1}/matters/${part(code)}`),

    openCase: (body: NewCase) => c.post<CaseDetail>(`${v1}/cases`, body),
    cases: (queue: CaseQueue) => c.get<{ items: CaseSummary[] }>(`${v1}/cases?queue=${queue}`),
    case: (no: string) => c.get<CaseDetail>(caseAt(no)),
    /** Each call is one recorded use. */
    readMaterial: (no: string, seq: number) => c.post<LentLicense>(`${caseAt(no)}/materials/${seq}/read`),
    acceptPaper: (no: string, seq: number, reason: string, ground?: PaperGround) => c.post<CaseDetail>(`${caseAt(no)}/materials/${seq}/paper`, { reason, ground }),
    saveForm: (no: string, version: number, values: Record<string, string>) => c.put<CaseDetail>(`${caseAt(no)}/form`, { version, values }),
    submitCase: (no: string, version: number, opinion?: string) => c.post<CaseDetail>(`${caseAt(no)}/submit`, { version, opinion }),
    takeCase: (no: string, version: number) => c.post<CaseDetail>(`${caseAt(no)}/take`, { version }),
    recordResult: (no: string, version: number, identifier: string) => c.post<CaseDetail>(`${caseAt(no)}/result`, { version, identifier }),
    decideCase: (no: string, version: number, outcome: Outcome, opinion: string) =>
      c.post<CaseDetail>(`${caseAt(no)}/decision`, { version, outcome, opinion }),

    makings: () => c.get<{ items: Making[] }>(`${v1}/makings`),
    /** Looking at it is one recorded use. */
    making: (id: string) => c.get<MakingDetail>(makingAt(id)),
    reviewMaking: (id: string, outcome: Review, opinion: string) => c.post<Making>(`${makingAt(id)}/review`, { outcome, opinion }),
  }
}

export type Api = ReturnType<typeof makeApi>
