import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import { listPath, type Answer } from './logic/paged'

type Schemas = components['schemas']

export type Import = Schemas['Import']
export type ImportFault = Schemas['ImportFault']
export type ImportKind = Import['kind']
export type ImportMode = Import['mode']
export type ImportAction = 'pause' | 'resume' | 'cancel'

const v1 = '/api/v1'
const part = encodeURIComponent

/** Operations of the page that brings spreadsheets in. */
export function intakeApi(c: Client) {
  const at = (id: string) => `${v1}/imports/${part(id)}`
  return {
    startImport: (ask: { kind: ImportKind; mode: ImportMode; reason: string; fileName: string }, file: Blob) =>
      c.upload<Import>(`${v1}/imports?${new URLSearchParams(ask).toString()}`, file),
    imports: (ask: { kind?: string; limit?: number; offset?: number }) => c.get<Answer<Import>>(listPath(`${v1}/imports`, ask, { kind: ask.kind })),
    import: (id: string) => c.get<Import>(at(id)),
    importFaults: (id: string, ask: { limit?: number; offset?: number }) => c.get<Answer<ImportFault>>(listPath(`${at(id)}/faults`, ask)),
    steerImport: (id: string, action: ImportAction) => c.post<Import>(`${at(id)}/steer`, { action }),
    /** Addresses of files. */
    importErrors: (id: string) => `${at(id)}/errors`,
    importTemplate: (kind: ImportKind) => `${v1}/import-templates/${kind}`,
  }
}
