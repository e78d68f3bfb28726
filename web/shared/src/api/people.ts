import type { Client } from '../client'
import type { components } from '../openapi'

type Schemas = components['schemas']

export type Relation = Schemas['Relation']
export type RelationAsk = Schemas['RelationAskInputBody']
export type Dossier = Schemas['Dossier']
export type DossierLicense = Schemas['DossierLicense']
export type Presence = Schemas['Presence']
type Session = Schemas['Session']
type HeldLicense = Schemas['HeldLicense']

const relations = '/api/v1/me/relations'
const part = encodeURIComponent

/** Acting for others, family, and being present at a counter. */
export function peopleApi(c: Client) {
  return {
    dossier: () => c.get<Dossier>('/api/v1/me/dossier'),
    relations: () => c.get<{ items: Relation[] }>(relations),
    askRelation: (body: RelationAsk) => c.post<Relation>(relations, body),
    answerRelation: (id: string, accept: boolean) => c.post<Relation>(`${relations}/${part(id)}/answer`, { accept }),
    endRelation: (id: string) => c.post<Relation>(`${relations}/${part(id)}/end`),
    familyLicenses: (id: string) => c.get<{ items: HeldLicense[] }>(`${relations}/${part(id)}/licenses`),
    actFor: (relationId: string) => c.post<Session>('/api/v1/me/acting', { relationId }),
    presence: () => c.post<Presence>('/api/v1/me/presence'),
  }
}
