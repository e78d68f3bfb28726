import type { RouteLocationRaw } from 'vue-router'
import type { Change } from '../api.org'

/** The page on which a changed thing is seen; undefined where there is none of its own. */
export function subjectPlace(c: Pick<Change, 'subject' | 'subjectId'>): RouteLocationRaw | undefined {
  const id = c.subjectId
  switch (c.subject) {
    case 'unit':
    case 'seal':
      return /^[0-9A-Z]{18}$/.test(id) ? { name: 'unit', params: { unitId: id } } : undefined
    case 'account':
      return { name: 'account', params: { accountId: id } }
    case 'system':
      return { name: 'system', params: { systemId: id } }
    case 'codes':
      return { name: 'codetable', params: { tableCode: id } }
    case 'calendar':
      return /^\d{4}/.test(id) ? { name: 'calendar', params: { year: id.slice(0, 4) } } : undefined
    case 'mandate':
      return { name: 'mandates' }
    default:
      return undefined
  }
}
