import type { NewScenario, Scenario } from '../api.matter'
import type { Alternative } from './binding'

/** What the editor holds of a scenario. */
export interface ScenarioDraft {
  code: string
  name: string
  nameEn: string
  audience: 'person' | 'firm'
  basis: string
  types: Alternative[]
}

export const emptyScenario = (): ScenarioDraft => ({ code: '', name: '', nameEn: '', audience: 'person', basis: '', types: [] })

export function scenarioDraft(s: Scenario): ScenarioDraft {
  return {
    code: s.code,
    name: s.nameZh,
    nameEn: s.nameEn ?? '',
    audience: s.audience,
    basis: s.basis,
    types: (s.types ?? []).map((b) => ({ type: { value: b.type.code, label: b.type.name }, fields: (b.fields ?? []).map((f) => f.name) })),
  }
}

/** What the interface takes. */
export function scenarioBody(d: ScenarioDraft): NewScenario {
  return {
    code: d.code.trim(),
    name: d.name.trim(),
    nameEn: d.nameEn.trim() || undefined,
    audience: d.audience,
    basis: d.basis.trim(),
    types: d.types.map((a) => ({ type: a.type.value, fields: a.fields })),
  }
}

/** What keeps a scenario from being sent; the name of the field, and a key of `scenario.fault` in the messages. */
export type ScenarioFault = 'name' | 'code' | 'basis' | 'types'

export function scenarioFault(d: ScenarioDraft): ScenarioFault | undefined {
  if ([...d.name.trim()].length < 2) return 'name'
  if (!/^[a-z][a-z0-9-]{1,29}$/.test(d.code.trim())) return 'code'
  if (!d.basis.trim()) return 'basis'
  return d.types.length ? undefined : 'types'
}

/** Whether a term is a term: it ends no sooner than it begins. */
export function termFault(from: string, until: string): boolean {
  return Boolean(from && until && until < from)
}
