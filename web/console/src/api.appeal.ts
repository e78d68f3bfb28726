import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import { listPath, type Answer, type Ask } from './logic/paged'

type Schemas = components['schemas']

export type DeskAppeal = Schemas['DeskAppeal']
export type DeskAppealDetail = Schemas['DeskAppealDetail']
export type AppealField = Schemas['AppealField']
export type AppealKind = DeskAppeal['kind']
export type AppealOutcome = Schemas['AppealAnswerInputBody']['outcome']
export type NewPaperLicense = Omit<Schemas['AppealIssueInputBody'], 'version'>
export type Violation = Schemas['Violation']
export type ViolationDetail = Schemas['ViolationDetail']
export type ProofFacts = Schemas['ProofFacts']

/** Why paper is taken where license types are bound to a material. */
export type PaperGround = NonNullable<Schemas['PaperInputBody']['ground']>

const v1 = '/api/v1'
const part = encodeURIComponent

/** Appeals that the unit answers, and violations that it supervises. */
export function appealApi(c: Client) {
  const appealAt = (id: string) => `${v1}/appeals/${part(id)}`
  const violationAt = (id: string) => `${v1}/violations/${part(id)}`
  return {
    appeals: (ask: Partial<Ask>) => c.get<Answer<DeskAppeal>>(listPath(`${v1}/appeals`, { ...ask, q: undefined })),
    appeal: (id: string) => c.get<DeskAppealDetail>(appealAt(id)),
    takeAppeal: (id: string, version: number) => c.post<DeskAppealDetail>(`${appealAt(id)}/take`, { version }),
    answerAppeal: (id: string, version: number, outcome: AppealOutcome, answer: string) =>
      c.post<DeskAppealDetail>(`${appealAt(id)}/answer`, { version, outcome, answer }),
    issueForAppeal: (id: string, version: number, paper: NewPaperLicense) => c.post<DeskAppealDetail>(`${appealAt(id)}/license`, { version, ...paper }),
    violations: (ask: Partial<Ask>) => c.get<Answer<Violation>>(listPath(`${v1}/violations`, { ...ask, q: undefined })),
    violation: (id: string) => c.get<ViolationDetail>(violationAt(id)),
    settleViolation: (id: string, version: number, outcome: 'upheld' | 'dismissed', words: string) =>
      c.post<ViolationDetail>(`${violationAt(id)}/outcome`, { version, outcome, words }),
  }
}
