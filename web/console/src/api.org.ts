import type { Client } from '@yinxin/shared'
import type { Choice } from './logic/combo'
import { listPath, type Answer } from './logic/paged'

/** A body as a list or a picker shows it. */
export interface Unit {
  id: string
  name: string
}

/** One entry of the trail (变更留痕). */
export interface Change {
  id: string
  at: string
  account: { id: string; name: string }
  unit?: { id: string; name: string }
  subject: string
  subjectId: string
  action: string
  before?: unknown
  after?: unknown
  reason: string
}

export interface ChangeAsk {
  subject?: string
  subjectId?: string
  unitId?: string
  /** Only older ones than this entry. */
  before?: string
  limit?: number
}

const v1 = '/api/v1'
const mostOffered = 12

/** Operations of the pages about units, accounts and settings. */
export function orgApi(c: Client) {
  /** What a picker offers: the first few that the words find. */
  const find = async (path: string, q: string): Promise<Choice[]> => {
    const found = await c.get<{ items: { code: string; name: string }[] | null }>(listPath(`${v1}/${path}`, { q, limit: mostOffered }))
    return (found.items ?? []).slice(0, mostOffered).map((x) => ({ value: x.code, label: x.name, note: x.code }))
  }
  return {
    findTypes: (q: string) => find('types', q),
    findMatters: (q: string) => find('matters', q),

    units: (ask: { q?: string; limit?: number; offset?: number }) => c.get<Answer<Unit>>(listPath(`${v1}/units`, ask)),
    changes: (ask: ChangeAsk) => c.get<{ items: Change[] | null }>(listPath(`${v1}/changes`, { limit: ask.limit }, { ...ask, limit: undefined })),
  }
}
