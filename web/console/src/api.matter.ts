import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import type { BindingChoice } from './logic/binding'
import { listPath, type Answer, type Ask } from './logic/paged'

type Schemas = components['schemas']

export type MatterEntry = Schemas['MatterEntry']
export type EntryView = Schemas['EntryView']
export type ItemView = Schemas['ItemView']
export type MatterItem = Schemas['MatterItem']
export type MaterialBinding = Schemas['MaterialBinding']
export type GoneField = Schemas['GoneField']
export type OpenMaterial = Schemas['OpenMaterial']
export type Coverage = Schemas['Coverage']
export type CoverageAnswer = Schemas['BindingCoverageOutputBody']
export type Trial = Schemas['Trial']
export type TrialAsk = Omit<Schemas['TrialInputBody'], '$schema'>
export type Exemption = Schemas['Exemption']
export type InspectionList = Schemas['InspectionList']
export type Scenario = Schemas['Scenario']
export type NewExemption = Schemas['MatterExemption']
export type NewInspection = Schemas['MatterInspection']
export type NewScenario = Schemas['MatterScenario']
export type MatterSync = Schemas['MatterSync']
export type SyncFinding = Schemas['SyncFinding']

/** What all entries of the three lists have. */
export type Listed = Pick<Exemption, 'id' | 'state' | 'effectiveOn' | 'proposedBy' | 'version'>
/** The three lists, as the addresses of the interface name them. */
export type ListName = 'exemptions' | 'inspection-lists' | 'scenarios'

export type CoverageBy = 'level' | 'unit' | 'matter'
type Body = Record<string, unknown>

const v1 = '/api/v1'
const part = encodeURIComponent

/** A place where a material is decided on: the item for all levels, or one matter. */
export interface BindingScope {
  kind: 'item' | 'matter'
  code: string
}

const scopePath = (s: BindingScope) => `${v1}/${s.kind === 'item' ? 'matter-items' : 'matters'}/${part(s.code)}`

/** Operations of the pages about matters, bindings and lists. */
export function matterApi(c: Client) {
  const entryAt = (list: ListName, id: string) => `${v1}/${list}/${part(id)}`
  return {
    /** Matters of all units; `matters` finds those of the own one. */
    allMatters: (ask: Partial<Ask>, more: Record<string, string | undefined> = {}) => c.get<Answer<Schemas['Matter']>>(listPath(`${v1}/matters`, ask, more)),
    matterEntry: (code: string) => c.get<EntryView>(`${v1}/matters/${part(code)}/entry`),
    saveMatterEntry: (code: string, entry: MatterEntry, version: number, reason: string) =>
      c.put<EntryView>(`${v1}/matters/${part(code)}/entry`, { entry, version, reason }),
    matterItems: (ask: Partial<Ask>) => c.get<Answer<ItemView>>(listPath(`${v1}/matter-items`, ask)),
    matterItem: (baseCode: string) => c.get<ItemView>(`${v1}/matter-items/${part(baseCode)}`),
    saveMatterItem: (baseCode: string, item: MatterItem, version: number, reason: string) =>
      c.put<ItemView>(`${v1}/matter-items/${part(baseCode)}`, { item, version, reason }),

    bindings: (scope: BindingScope) => c.get<{ items: MaterialBinding[] | null }>(`${scopePath(scope)}/bindings`),
    bind: (scope: BindingScope, seq: number, choice: BindingChoice, version: number, reason: string) =>
      c.put<MaterialBinding>(`${scopePath(scope)}/materials/${seq}/binding`, { ...choice, version, reason }),
    goneFields: (ask: Partial<Ask>) => c.get<Answer<GoneField>>(listPath(`${v1}/bindings/gone`, ask)),
    openMaterials: (ask: Partial<Ask>) => c.get<Answer<OpenMaterial>>(listPath(`${v1}/matter-materials/open`, ask)),
    coverage: (by: CoverageBy, ask: Partial<Ask>) => c.get<CoverageAnswer>(listPath(`${v1}/coverage`, ask, { by })),
    coverageFile: (by: CoverageBy, filters: Readonly<Record<string, string>>) => listPath(`${v1}/coverage/export`, { filters }, { by }),
    tryProposal: (ask: TrialAsk) => c.post<Trial>(`${v1}/trials`, ask),
    /** A license type with the fields that can be bound. */
    boundType: (code: string) => c.get<Schemas['TypeDetail']>(`${v1}/types/${part(code)}`),

    exemptions: (ask: Partial<Ask>) => c.get<Answer<Exemption>>(listPath(`${v1}/exemptions`, ask)),
    inspectionLists: (ask: Partial<Ask>) => c.get<Answer<InspectionList>>(listPath(`${v1}/inspection-lists`, ask)),
    scenarios: (ask: Partial<Ask>) => c.get<Answer<Scenario>>(listPath(`${v1}/scenarios`, ask)),
    scenario: (id: string) => c.get<Scenario>(entryAt('scenarios', id)),
    listFile: (list: ListName, filters: Readonly<Record<string, string>>) => listPath(`${v1}/${list}/export`, { filters }),
    proposeEntry: <T>(list: ListName, entry: object, reason: string) => c.post<T>(`${v1}/${list}`, { entry, reason } as Body),
    changeEntry: <T>(list: ListName, id: string, entry: object, version: number, reason: string) =>
      c.put<T>(entryAt(list, id), { entry, version, reason } as Body),
    publishEntry: (list: ListName, id: string, version: number, effectiveOn: string | undefined, reason: string) =>
      c.post<Listed>(`${entryAt(list, id)}/publish`, { version, effectiveOn: effectiveOn || undefined, reason }),
    withdrawEntry: (list: ListName, id: string, version: number, reason: string) => c.post<Listed>(`${entryAt(list, id)}/withdraw`, { version, reason }),
    enrolVerifier: (id: string, body: { unit: string; from?: string; until?: string; reason: string }) =>
      c.post<Scenario>(`${entryAt('scenarios', id)}/verifiers`, body),
    endVerifier: (id: string, unit: string, reason: string) => c.post<Scenario>(`${entryAt('scenarios', id)}/verifiers/${part(unit)}/end`, { reason }),

    matterSync: () => c.get<MatterSync>(`${v1}/matters/sync`),
    syncMatters: (reason: string) => c.post<MatterSync>(`${v1}/matters/sync`, { reason }),
    syncFindings: (ask: Partial<Ask>) => c.get<Answer<SyncFinding>>(listPath(`${v1}/matters/sync/findings`, ask)),
  }
}
