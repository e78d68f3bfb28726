import type { Client } from '../client'
import type { components } from '../openapi'

type Schemas = components['schemas']

export type Visit = Schemas['SiteVisit']
export type VisitDetail = Schemas['SiteVisitDetail']
export type VisitLook = Schemas['SiteVisitLook']
export type VisitPlan = Schemas['SiteVisitPlanInputBody']
export type VisitResult = Schemas['SiteVisitFinding']['result']

const tasks = '/api/v1/inspection-tasks'
const part = encodeURIComponent

/** Inspections on site: tasks, looks at what the list names, and what was found. */
export function visitApi(c: Client) {
  const at = (id: string) => `${tasks}/${part(id)}`
  return {
    visits: () => c.get<{ items: Visit[]; matters: Schemas['Coded'][] }>(tasks),
    planVisit: (body: VisitPlan) => c.post<VisitDetail>(tasks, body),
    visit: (id: string) => c.get<VisitDetail>(at(id)),
    /** Each call is one recorded look, and one for each license there is. */
    lookOnVisit: (id: string, typeCode: string) => c.post<VisitLook>(`${at(id)}/look`, { typeCode }),
    recordFinding: (id: string, typeCode: string, result: VisitResult, licenseId?: string, note?: string) => c.post<VisitDetail>(`${at(id)}/findings`, { typeCode, result, licenseId, note }),
    finishVisit: (id: string) => c.post<VisitDetail>(`${at(id)}/finish`),
  }
}
