import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import type { CaseDetail } from './api'

// What applicants handed in from home, and what they are asked to correct.

type Schemas = components['schemas']

export type HandedFile = Schemas['ApplicationAttachmentOf']
export type AskedCorrection = Schemas['ApplicationCorrection']

/** One thing to correct: of a field, of a material, or of the whole. */
export interface Correction {
  field?: string
  seq?: number
  text: string
}

const part = encodeURIComponent

export function onlineApi(c: Client) {
  const caseAt = (no: string) => `/api/v1/cases/${part(no)}`
  return {
    handedIn: (no: string) => c.get<{ items: HandedFile[] | null; corrections: AskedCorrection[] | null }>(`${caseAt(no)}/attachments`),
    askCorrection: (no: string, version: number, items: Correction[]) => c.post<CaseDetail>(`${caseAt(no)}/correction`, { version, items }),
  }
}
