// The JSON API as the apps see it. The types are made from api/openapi.yaml by `npm run types`; here they get the
// names that the apps use. Times are RFC 3339 with +08:00, dates 2006-01-02.

import { annualApi } from './api/annual'
import { sealApi } from './api/seal'
import { appealApi } from './api/appeal'
import { applyApi } from './api/apply'
import { authoriseApi } from './api/authorise'
import { commitApi } from './api/commit'
import { peopleApi } from './api/people'
import { shareApi } from './api/share'
import { visitApi } from './api/visit'
import { showApi, type Showing } from './api/show'
import type { Client } from './client'
import type { components } from './openapi'

type Schemas = components['schemas']

export type Field = Schemas['Item']
export type FieldName = Schemas['Label']
export type Session = Schemas['Session']

export type Matter = Schemas['Matter']
export type MatterMaterial = Schemas['Material']

export type HeldLicense = Schemas['HeldLicense']
export type HeldLicenseDetail = Schemas['HeldDetail']
export type Family = Schemas['CardType']['family']

export type Presentation = Schemas['Presentation']
export type ShownCode = Schemas['Peek']
export type Verdict = Schemas['Verdict']
export type FileReport = Schemas['FileReport']

export type Use = Schemas['Use']
export type Ground = Use['ground']

/** receipt.json: a leaf of the evidence log, its opening and the platform's promise; bytes in base64. */
export type ReceiptFile = Schemas['LeafReceipt']

/** proof.json: the leaf's inclusion in the tree of a checkpoint; hashes in base64. */
export type ProofFile = Schemas['LeafProof']

/** whole.json: all records of a holder or an issuer, with the proof that none is left out; bytes in base64. */
export type WholeFile = Schemas['LeafWhole']

/** Uses of the holder's licenses, a page at a time; `next` goes into `before` of the next one. */
export interface UsesPage {
  items: Use[]
  next?: string
  /** Older uses that have left for the archive after ten years. */
  left: number
}

/** What is asked of that list; what is left out narrows nothing. */
export interface UsesAsk {
  license?: string
  unit?: string
  ground?: Ground
  result?: Use['result']
  others?: boolean
  from?: string
  to?: string
  before?: string
  limit?: number
}

export interface Item<T> {
  items: T[]
}

const v1 = '/api/v1'
const part = encodeURIComponent

/** A question as the end of an address; what is empty is left out. */
function asked(ask: object): string {
  const set = Object.entries(ask).filter(([, v]) => v !== undefined && v !== '' && v !== false)
  return set.length ? `?${new URLSearchParams(set.map(([k, v]) => [k, String(v)]))}` : ''
}

/** The operations that the phone app uses, one function each. */
export function makeApi(c: Client) {
  return {
    session: () => c.get<Session>(`${v1}/session`),
    signOut: () => c.delete(`${v1}/session`),

    matters: (q = '') => c.get<Item<Matter>>(`${v1}/matters?q=${part(q)}`),
    matter: (code: string) => c.get<Matter>(`${v1}/matters/${part(code)}`),

    licenses: () => c.get<Item<HeldLicense>>(`${v1}/me/licenses`),
    license: (id: string) => c.get<HeldLicenseDetail>(`${v1}/me/licenses/${part(id)}`),
    present: (id: string, how: Showing = {}) => c.post<Presentation>(`${v1}/me/licenses/${part(id)}/presentations`, how),
    reportPaperLoss: (id: string) => c.post<HeldLicenseDetail>(`${v1}/me/licenses/${part(id)}/paper-loss`),
    reportLoss: (id: string) => c.post<HeldLicenseDetail>(`${v1}/me/licenses/${part(id)}/loss`),
    presentation: (id: string) => c.get<Presentation>(`${v1}/me/presentations/${part(id)}`),
    endPresentation: (id: string) => c.delete(`${v1}/me/presentations/${part(id)}`),

    uses: (ask: UsesAsk = {}) => c.get<UsesPage>(`${v1}/me/uses${asked(ask)}`),
    use: (no: string) => c.get<Use>(`${v1}/me/uses/${part(no)}`),
    receipt: (no: string) => c.get<ReceiptFile>(`${v1}/me/uses/${part(no)}/receipt`),
    proof: (no: string) => c.get<ProofFile>(`${v1}/me/uses/${part(no)}/proof`),
    whole: () => c.get<WholeFile>(`${v1}/me/evidence/whole`),
    logKeys: () => c.text('/log/log.pub'),

    shown: (token: string) => c.get<ShownCode>(`${v1}/presentations/${part(token)}`),
    check: (token: string, purpose?: string) =>
      c.post<Verdict>(`${v1}/presentations/${part(token)}/check`, purpose ? { purpose } : {}),
    ...applyApi(c),
    ...commitApi(c),
    ...peopleApi(c),
    ...visitApi(c),
    ...annualApi(c),
    ...sealApi(c),
    ...appealApi(c),
    ...showApi(c),
    ...shareApi(c),
    ...authoriseApi(c),
    verifyFile: (file: Blob) => c.upload<FileReport>(`${v1}/verify`, file),
  }
}

export type Api = ReturnType<typeof makeApi>
