import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import type { LicenseType } from './logic/type'
import { listPath, type Answer, type Ask } from './logic/paged'

type Schemas = components['schemas']

export type TypeRow = Schemas['TypeRow']
export type TypeDetail = Schemas['TypeDetail']
export type TypeVersion = Schemas['TypeVersion']
export type TypeDraftRow = Schemas['TypeDraftRow']
export type TypeDraft = Schemas['TypeDraft']
export type TypeFinding = Schemas['TypeFinding']
export type Standard = Schemas['Standard']
export type StandardType = Schemas['StandardType']
export type Task = Schemas['Task']
export type NewStandard = Schemas['PutStandardInputBody']

/** Which values a preview shows. */
export type Which = 'sample' | 'longest' | 'given'
export type Preview = Schemas['PreviewTypeOutputBody']
export type VersionOfType = TypeVersion & { type: LicenseType }

const v1 = '/api/v1'
const part = encodeURIComponent

/** Operations of the pages about license types. */
export function catalogApi(c: Client) {
  const typeAt = (code: string) => `${v1}/types/${part(code)}`
  const draftAt = (id: string) => `${v1}/type-drafts/${part(id)}`
  return {
    types: (ask: Partial<Ask>, more: Record<string, string | undefined> = {}) => c.get<Answer<TypeRow>>(listPath(`${v1}/types`, ask, more)),
    type: (code: string) => c.get<TypeDetail>(typeAt(code)),
    typeVersion: (code: string, version: number) => c.get<VersionOfType>(`${typeAt(code)}/versions/${version}`),
    claimType: (code: string, reason: string) => c.post<TypeDetail>(`${typeAt(code)}/claim`, { reason }),
    unclaimType: (code: string, reason: string) => c.post<TypeDetail>(`${typeAt(code)}/unclaim`, { reason }),
    withdrawType: (code: string, entryVersion: number, reason: string) => c.post<TypeDetail>(`${typeAt(code)}/withdraw`, { entryVersion, reason }),

    typeDrafts: (ask: Partial<Ask>) => c.get<Answer<TypeDraftRow>>(listPath(`${v1}/type-drafts`, ask)),
    newTypeDraft: (body: { typeCode?: string; type?: LicenseType; note?: string; reason: string }) => c.post<TypeDraft>(`${v1}/type-drafts`, body),
    typeDraft: (id: string) => c.get<TypeDraft>(draftAt(id)),
    saveTypeDraft: (id: string, version: number, type: LicenseType, note: string) => c.put<TypeDraft>(draftAt(id), { version, type, note }),
    discardTypeDraft: (id: string, version: number, reason: string) => c.post(`${draftAt(id)}/discard`, { version, reason }),
    submitTypeDraft: (id: string, version: number, reason: string) => c.post<TypeDraft>(`${draftAt(id)}/submit`, { version, reason }),
    recallTypeDraft: (id: string, version: number, reason: string) => c.post<TypeDraft>(`${draftAt(id)}/recall`, { version, reason }),
    reviewTypeDraft: (id: string, body: { version: number; outcome: 'publish' | 'return'; effectiveOn?: string; reason: string }) =>
      c.post(`${draftAt(id)}/review`, body),

    /** Draws a face as the license file will show it; nothing is kept. */
    previewType: (type: LicenseType, which: Which, values?: Record<string, string>) => c.post<Preview>(`${v1}/types/preview`, { type, which, values }),
    /** Everything that keeps a type from being published. */
    gateType: (type: LicenseType) => c.post<{ findings: TypeFinding[] }>(`${v1}/types/gate`, { type }),

    /** Open work about types whose matter or standard has changed. */
    typeTasks: () => c.get<{ items: Task[] | null }>(`${v1}/tasks?kind=type-outdated&limit=100`),

    standards: (ask: Partial<Ask>) => c.get<Answer<Standard>>(listPath(`${v1}/standards`, ask)),
    standard: (code: string) => c.get<Standard>(`${v1}/standards/${part(code)}`),
    putStandard: (code: string, body: NewStandard) => c.put<Standard>(`${v1}/standards/${part(code)}`, body),
  }
}
