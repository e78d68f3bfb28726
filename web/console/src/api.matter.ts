import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import { listPath, type Answer, type Ask } from './logic/paged'

type Schemas = components['schemas']

const v1 = '/api/v1'

/** Operations of the pages about matters, bindings and lists. */
export function matterApi(c: Client) {
  return {
    /** Matters of all units; `matters` finds those of the own one. */
    allMatters: (ask: Partial<Ask>) => c.get<Answer<Schemas['Matter']>>(listPath(`${v1}/matters`, ask)),
  }
}
