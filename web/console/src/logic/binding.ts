import type { Choice } from './combo'

export type Party = 'applicant' | 'representative' | 'spouse'
export type Stage = 'accept' | 'decide'

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
  plain: boolean
  party: Party
  stages: Stage[]
  alternatives: Alternative[]
}

/** What the interface takes. */
export interface BindingBody {
  bindings: { type: string; fields: string[] }[]
  party?: Party
  stages?: Stage[]
  plain: boolean
}

export function bodyOf(d: BindingDraft): BindingBody {
  if (d.plain) return { bindings: [], plain: true }
  return {
    bindings: d.alternatives.map((a) => ({ type: a.type.value, fields: a.fields })),
    party: d.party,
    stages: stages.filter((s) => d.stages.includes(s)),
    plain: false,
  }
}

/** What keeps a binding from being saved; a key of `binding.fault` in the messages. */
export type BindingFault = 'none' | 'fields' | 'stages'

export function bindingFault(d: BindingDraft): BindingFault | undefined {
  if (d.plain) return undefined
  if (!d.alternatives.length) return 'none'
  if (d.alternatives.some((a) => !a.fields.length)) return 'fields'
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
