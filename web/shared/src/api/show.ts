import type { Client } from '../client'
import type { components } from '../openapi'

type Schemas = components['schemas']

/** How a holder wants to show a license. */
export type Showing = NonNullable<Schemas['ShowInputBody']>

export type ScenarioChoice = Schemas['ScenarioChoice']
export type ShowRequest = Schemas['ShowRequest']
export type AskBody = Schemas['AskInputBody']
export type AskedRequest = Schemas['AskedRequest']
export type AskedFor = Schemas['AskedFor']
export type GivenLicense = Schemas['GivenLicense']
export type ShowReceipt = Schemas['ShowReceipt']

/** A license type as the search for one gives it. */
export type TypeFound = Pick<Schemas['TypeRow'], 'code' | 'name'>

interface Items<T> {
  items: T[]
}

const v1 = '/api/v1'
const part = encodeURIComponent

/** Showing licenses, asking to be shown them, and the receipts of both. */
export function showApi(c: Client) {
  return {
    showScenarios: (id: string) => c.get<Items<ScenarioChoice>>(`${v1}/me/licenses/${part(id)}/scenarios`),
    myScenarios: () => c.get<Items<ScenarioChoice>>(`${v1}/scenarios/mine`),
    findTypes: (q: string) => c.get<Items<TypeFound>>(`${v1}/types?q=${part(q)}&limit=8`),

    typeDetail: (code: string) => c.get<Pick<Schemas['TypeDetail'], 'type'>>(`${v1}/types/${part(code)}`),

    ask: (body: AskBody) => c.post<ShowRequest>(`${v1}/requests`, body),
    showRequest: (id: string) => c.get<ShowRequest>(`${v1}/requests/${part(id)}`),
    endShowRequest: (id: string) => c.delete(`${v1}/requests/${part(id)}`),
    receiveShown: (id: string) => c.post<Items<Schemas['Verdict']>>(`${v1}/requests/${part(id)}/receive`),

    asked: (code: string) => c.get<AskedRequest>(`${v1}/asked/${part(code)}`),
    consent: (code: string, licenses: GivenLicense[]) =>
      c.post<Schemas['ConsentGiven']>(`${v1}/asked/${part(code)}/consent`, { licenses }),
    refuse: (code: string) => c.post<void>(`${v1}/asked/${part(code)}/refuse`),

    receipts: () => c.get<Items<ShowReceipt>>(`${v1}/receipts`),
  }
}
