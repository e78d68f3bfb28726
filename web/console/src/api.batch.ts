import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import { listPath, type Answer } from './logic/paged'

type Schemas = components['schemas']

export type Batch = Schemas['Batch']
export type BatchKind = Batch['kind']
export type BatchRow = Schemas['BatchRow']
export type BatchColumn = Schemas['BatchColumn']
export type BatchAction = 'pause' | 'resume' | 'cancel'
export type StockProposal = Schemas['StockProposal']
export type StockProgress = Schemas['StockProgress']
export type StockAnswer = 'both' | 'newer' | 'drop'

const v1 = '/api/v1'
const part = encodeURIComponent

/** Many licenses at once, and old ones that are converted. */
export function batchApi(c: Client) {
  const at = (id: string) => `${v1}/batches/${part(id)}`
  return {
    beginBatch: (ask: { kind: BatchKind; typeCode: string; issuerId?: string; fileName: string }, file: Blob) => {
      const query = new URLSearchParams({ kind: ask.kind, typeCode: ask.typeCode, fileName: ask.fileName })
      if (ask.issuerId) query.set('issuerId', ask.issuerId)
      return c.upload<Batch>(`${v1}/batches?${query.toString()}`, file)
    },
    batches: (ask: { kind: BatchKind; limit?: number; offset?: number }) => c.get<Answer<Batch>>(listPath(`${v1}/batches`, ask, { kind: ask.kind })),
    batch: (id: string) => c.get<Batch>(at(id)),
    previewBatch: (id: string) => c.get<{ rows: string[][] | null; columns: BatchColumn[] | null }>(`${at(id)}/preview`),
    mapBatch: (id: string, headings: Record<string, string>) => c.put<Batch>(`${at(id)}/headings`, { headings }),
    batchRows: (id: string, state: BatchRow['state'], ask: { limit?: number; offset?: number }) =>
      c.get<Answer<BatchRow>>(listPath(`${at(id)}/rows`, ask, { state })),
    mendBatch: (id: string, file: File) => c.upload<Batch>(`${at(id)}/corrections?${new URLSearchParams({ fileName: file.name }).toString()}`, file),
    submitBatch: (id: string) => c.post<Batch>(`${at(id)}/submission`),
    reviewBatch: (id: string, outcome: 'approve' | 'refuse', words: string) => c.post<Batch>(`${at(id)}/review`, { outcome, words }),
    steerBatch: (id: string, action: BatchAction) => c.post<Batch>(`${at(id)}/steer`, { action }),

    stockProposals: (id: string, ask: { limit?: number; offset?: number }) => c.get<Answer<StockProposal>>(listPath(`${at(id)}/proposals`, ask)),
    answerProposal: (id: string, answer: StockAnswer, fileRow = 0) => c.post<Batch>(`${at(id)}/proposals`, { fileRow, answer }),
    stockProgress: async () => (await c.get<{ items: StockProgress[] }>(`${v1}/stock`)).items,
    planStock: async (typeCode: string, planned: number, reason: string) =>
      (await c.put<{ items: StockProgress[] }>(`${v1}/stock/${part(typeCode)}`, { planned, reason })).items,

    /** Addresses of files. */
    batchErrors: (id: string) => `${at(id)}/errors`,
    batchSample: (id: string, nth: number) => `${at(id)}/samples/${nth}`,
    batchTemplate: (typeCode: string, kind: BatchKind) => `${v1}/batch-templates/${part(typeCode)}?kind=${kind}`,
  }
}
