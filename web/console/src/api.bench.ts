import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import type { CaseDetail } from './api'

// What is done about licenses that could not be had, and about who handles a case.

type Schemas = components['schemas']

export type Commitment = Schemas['Commitment']
export type CommitKind = Commitment['kind']
export type CommitHow = 'counter' | 'account'
export type PromiseDraft = Schemas['PromiseDraft']
export type Colleague = Schemas['Colleague']

const part = encodeURIComponent

export function benchApi(c: Client) {
  const caseAt = (no: string) => `/api/v1/cases/${part(no)}`
  const materialAt = (no: string, seq: number) => `${caseAt(no)}/materials/${seq}`
  return {
    draftCommitment: (no: string, seq: number, kind: CommitKind, days: number) =>
      c.get<PromiseDraft>(`${materialAt(no, seq)}/commitment?kind=${kind}&days=${days}`),
    offerCommitment: (no: string, seq: number, body: { version: number; kind: CommitKind; days: number; how: CommitHow }) =>
      c.post<CaseDetail>(`${materialAt(no, seq)}/commitment`, body),
    acknowledgeCommitment: (no: string, seq: number, opinion: string) =>
      c.post<CaseDetail>(`${materialAt(no, seq)}/commitment/acknowledge`, { opinion }),
    chaseLicense: (no: string, seq: number) => c.post<CaseDetail>(`${materialAt(no, seq)}/chase`),
    reassignCase: (no: string, version: number, accountId: string, reason: string) =>
      c.post<CaseDetail>(`${caseAt(no)}/reassign`, { version, accountId, reason }),
    colleagues: (no: string) => c.get<{ items: Colleague[] | null }>(`${caseAt(no)}/colleagues`),
  }
}
