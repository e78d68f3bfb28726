import type { Client } from '../client'
import type { components } from '../openapi'

type Schemas = components['schemas']

export type Authorisation = Schemas['Authorisation']
export type MyAuthorisation = Schemas['MyAuthorisation']
export type GiveBody = Schemas['GiveAuthorisationInputBody']
export type AskForBody = Schemas['AskAuthorisationInputBody']
export type AgreeBody = Schemas['AgreeInputBody']
export type EnrolledUnit = Pick<Schemas['Verifier'], 'unit' | 'inForce'>

interface Items<T> {
  items: T[]
}

const mine = '/api/v1/me/authorisations'
const named = '/api/v1/authorisations'
const part = encodeURIComponent

/** Authorisations: what the holder gives, and what names whoever looks. */
export function authoriseApi(c: Client) {
  return {
    myAuthorisations: () => c.get<Items<Authorisation>>(mine),
    myAuthorisation: (id: string) => c.get<MyAuthorisation>(`${mine}/${part(id)}`),
    giveAuthorisation: (body: GiveBody) => c.post<MyAuthorisation>(mine, body),
    agreeToAuthorisation: (id: string, body: AgreeBody) => c.post<MyAuthorisation>(`${mine}/${part(id)}/agree`, body),
    refuseAuthorisation: (id: string) => c.post<MyAuthorisation>(`${mine}/${part(id)}/refuse`),
    withdrawAuthorisation: (id: string) => c.post<MyAuthorisation>(`${mine}/${part(id)}/withdraw`),
    scenarioUnits: (id: string) => c.get<{ verifiers: EnrolledUnit[] }>(`/api/v1/scenarios/${part(id)}`),

    authorisations: () => c.get<Items<Authorisation>>(named),
    authorisation: (id: string) => c.get<Authorisation>(`${named}/${part(id)}`),
    askAuthorisation: (body: AskForBody) => c.post<Authorisation>(named, body),
    retractAuthorisation: (id: string) => c.delete(`${named}/${part(id)}`),
    readAuthorised: (id: string, purpose: string) => c.post<Schemas['Verdict']>(`${named}/${part(id)}/read`, { purpose }),
  }
}
