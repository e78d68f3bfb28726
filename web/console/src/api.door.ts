import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'

type Schemas = components['schemas']

export type Glass = Schemas['Glass']
export type Erasure = Schemas['Erasure']
export type ErasureScope = Schemas['ErasureScope']
export type PolicyGround = Schemas['PolicyGround']
export type LicenseComparison = Schemas['LicenseComparison']

const v1 = '/api/v1'
const part = encodeURIComponent

/** The rules of the door, emergency looks, erasures, and what may be asked of a license without reading it. */
export function doorApi(c: Client) {
  const glassAt = (id: string) => `${v1}/break-glass/${part(id)}`
  const erasureAt = (id: string) => `${v1}/erasures/${part(id)}`
  return {
    erasures: () => c.get<{ items: Erasure[] }>(`${v1}/erasures`),
    /** The look is on record. */
    lookBeforeErasure: (code: string) => c.post<ErasureScope>(`${v1}/erasures/looks`, { code }),
    askErasure: (body: Schemas['AskErasureInputBody']) => c.post<Erasure>(`${v1}/erasures`, body),
    approveErasure: (id: string) => c.post<Erasure>(`${erasureAt(id)}/approval`),
    refuseErasure: (id: string, answer: string) => c.post<Erasure>(`${erasureAt(id)}/refusal`, { answer }),
    withdrawErasure: (id: string) => c.post<Erasure>(`${erasureAt(id)}/withdrawal`),
    erasureCertificate: (id: string) => `${erasureAt(id)}/certificate`,
    policy: () => c.get<{ grounds: PolicyGround[] }>(`${v1}/policy`),
    glasses: () => c.get<{ items: Glass[] }>(`${v1}/break-glass`),
    askGlass: (body: Schemas['AskGlassInputBody']) => c.post<Glass>(`${v1}/break-glass`, body),
    approveGlass: (id: string) => c.post<Glass>(`${glassAt(id)}/approval`),
    endGlass: (id: string) => c.post<Glass>(`${glassAt(id)}/end`),
    /** Each call is one recorded use. */
    readGlass: (id: string) => c.post<Schemas['LentLicense']>(`${glassAt(id)}/read`),
    acknowledgeGlass: (id: string, words: string) => c.post<Glass>(`${glassAt(id)}/acknowledgement`, { words }),
    /** What a person says is held against a license; its values do not come. Each call is one recorded use. */
    compareMaterial: (no: string, seq: number, values: Record<string, string>) =>
      c.post<LicenseComparison>(`${v1}/cases/${part(no)}/materials/${seq}/compare`, { values }),
  }
}
