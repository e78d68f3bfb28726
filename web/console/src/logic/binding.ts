import type { MaterialBinding } from '../api.matter'
import type { Choice } from './combo'

export type Party = 'applicant' | 'representative' | 'spouse' | 'child'
export type Stage = 'accept' | 'decide'
/** bound: licenses satisfy it; plain: none does; open: nobody has decided; inherit: as the item has it. */
export type Decision = 'bound' | 'plain' | 'open' | 'inherit'

export const parties: readonly Party[] = ['applicant', 'representative', 'spouse']
export const stages: readonly Stage[] = ['accept', 'decide']

/** A field of a license type as the editor offers it. */
export interface TypeField {
  name: string
  label: string
  /** 0 open, 1 masked, 2 never outside its ground. */
  sensitive: number
}

/** One license that satisfies a material; the first valid one is fetched. */
export interface Alternative {
  type: Choice
  fields: string[]
}

/** What the editor holds of one material. */
export interface BindingDraft {
  decision: Decision
  party: Party
  stages: Stage[]
  alternatives: Alternative[]
}

/** What the interface takes, but for version and reason. */
export interface BindingChoice {
  decision: Decision
  bindings?: { type: string; fields: string[] }[]
  party?: Party
  stages?: Stage[]
}

/** The draft of what holds now. At a matter, what its item says is inherited until somebody decides otherwise. */
export function draftOf(m: MaterialBinding): BindingDraft {
  return {
    decision: m.inherited ? 'inherit' : m.state,
    party: m.party ?? 'applicant',
    stages: m.stages?.length ? stages.filter((s) => m.stages?.includes(s)) : [...stages],
    alternatives: (m.bindings ?? []).map((b) => ({ type: { value: b.type.code, label: b.type.name }, fields: (b.fields ?? []).map((f) => f.name) })),
  }
}

export function choiceOf(d: BindingDraft): BindingChoice {
  if (d.decision !== 'bound') return { decision: d.decision }
  return {
    decision: 'bound',
    bindings: d.alternatives.map((a) => ({ type: a.type.value, fields: a.fields })),
    party: d.party,
    stages: stages.filter((s) => d.stages.includes(s)),
  }
}

/** What keeps a binding from being saved; a key of `binding.fault` in the messages. An alternative without fields is none:
 * its license is listed, verified and compared, and not read (ADR 27). */
export type BindingFault = 'none' | 'stages'

export function bindingFault(d: BindingDraft): BindingFault | undefined {
  if (d.decision !== 'bound') return undefined
  if (!d.alternatives.length) return 'none'
  return d.stages.length ? undefined : 'stages'
}

/** Moves one entry of a list a step up or down; at the ends nothing moves. */
export function moved<T>(list: readonly T[], at: number, step: 1 | -1): T[] {
  const to = at + step
  const out = [...list]
  if (to < 0 || to >= list.length) return out
  const [x] = out.splice(at, 1)
  if (x !== undefined) out.splice(to, 0, x)
  return out
}

/** Fields in the order of the type, whatever the order of choosing: the same binding is the same text. */
export function chosenFields(all: readonly TypeField[], chosen: readonly string[]): string[] {
  return all.map((f) => f.name).filter((n) => chosen.includes(n))
}

/** Names that a binding reads and the type's version no longer has. */
export function goneFields(all: readonly TypeField[], chosen: readonly string[]): string[] {
  return chosen.filter((n) => !all.some((f) => f.name === n))
}

/** The elements that every license has (GB/T 36903-2018 §3.1) and that a matter may read; their words are messages. */
const baseFields: readonly (readonly [string, number])[] = [
  ['CZZT', 1],
  ['CZZTDM', 2],
  ['ZZBH', 1],
  ['ZZBFJG', 0],
  ['ZZBFRQ', 0],
  ['ZZYXQQSRQ', 0],
  ['ZZYXQJZRQ', 0],
]

interface DeclaredField {
  name: string
  label: string
  labelEn: string
  sensitive?: number
}

/** The fields of a type that can be bound: those every license has, then its own. */
export function bindableFields(own: readonly DeclaredField[], lang: string, base: (name: string) => string): TypeField[] {
  const known = new Set(own.map((f) => f.name))
  const common = baseFields.filter(([name]) => !known.has(name)).map(([name, sensitive]) => ({ name, label: base(name), sensitive }))
  return [...common, ...own.map((f) => ({ name: f.name, label: (lang === 'en' && f.labelEn) || f.label, sensitive: f.sensitive ?? 0 }))]
}

/** The decision without a field that its type no longer has; undefined where nothing would be left to read. */
export function withoutField(m: MaterialBinding, typeCode: string, field: string): BindingChoice | undefined {
  const d = draftOf({ ...m, inherited: false })
  const alternatives = d.alternatives.map((a) => (a.type.value === typeCode ? { ...a, fields: a.fields.filter((f) => f !== field) } : a))
  return alternatives.every((a) => a.fields.length) ? choiceOf({ ...d, alternatives }) : undefined
}
