import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import type { Making } from './api'

type Schemas = components['schemas']

export type MakeableType = Schemas['MakeableType']
export type MakingForm = Schemas['MakingForm']
export type OwnField = MakingForm['fields'][number]
export type OfflineEntry = Schemas['OfflineEntry']
export type OfflineCheck = Schemas['OfflineCheck']
export type EntryFinding = OfflineCheck['findings'][number]
export type IssuedLicense = Schemas['IssuedLicense']
export type IssuedDetail = Schemas['IssuedDetail']
export type RegisterAnswer = Schemas['RegisterAnswer']
export type IssuedReading = Schemas['IssuedReading']

const v1 = '/api/v1'
const part = encodeURIComponent

/** Licenses made for cases closed elsewhere, and what became of those that the own unit issued. */
export function makingApi(c: Client) {
  const issuedAt = (identifier: string) => `${v1}/licenses/${part(identifier)}`
  return {
    makeableTypes: async () => (await c.get<{ items: MakeableType[] }>(`${v1}/making-types`)).items,
    makingForm: (code: string) => c.get<MakingForm>(`${v1}/making-types/${part(code)}`),
    checkEntry: (entry: OfflineEntry) => c.post<OfflineCheck>(`${v1}/makings/check`, entry),
    enterOffline: (entry: OfflineEntry, idempotencyKey: string) => c.post<Making>(`${v1}/makings`, { ...entry, idempotencyKey }),

    /** The query goes in the body: a number may be a person's. */
    searchIssued: async (query: string) => (await c.post<{ items: IssuedLicense[] }>(`${v1}/licenses/search`, { query })).items,
    issued: (identifier: string) => c.get<IssuedDetail>(issuedAt(identifier)),
    /** Each call is one recorded use. */
    lookAtIssued: (identifier: string, reason: string) => c.post<IssuedReading>(`${issuedAt(identifier)}/look`, { reason }),
    issuedFile: (identifier: string, reason: string) => c.file(`${issuedAt(identifier)}/file`, { reason }),
    bindPaper: (identifier: string, version: number, serial: string) => c.put<IssuedDetail>(`${issuedAt(identifier)}/paper`, { serial, version }),
  }
}
