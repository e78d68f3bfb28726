import { Problem } from '@yinxin/shared'
import type { Matter, NewCase } from '../api'
import { codeFault, tidyCode, type CodeFault, type CodeKind } from './codes'

export const partyNames = ['applicant', 'representative', 'spouse'] as const
export type PartyName = (typeof partyNames)[number]

/** What was typed about one party. The name is asked for only where the platform does not know the party. */
export interface Entry {
  code: string
  name: string
}

export interface PartyAsk {
  party: PartyName
  required: boolean
}

/** Whose codes a matter needs: the applicant's always, others where a license of theirs is to be fetched, and
 * whom the server asked for besides. */
export function partiesOf(m: Matter, alsoAsked: readonly PartyName[] = []): PartyAsk[] {
  const bound = (m.materials ?? []).filter((x) => x.type)
  return partyNames.flatMap((party): PartyAsk[] => {
    const theirs = bound.filter((x) => x.party === party)
    const required = party === 'applicant' || alsoAsked.includes(party) || theirs.some((x) => x.required)
    return required || theirs.length ? [{ party, required }] : []
  })
}

/** The kinds of code a party may have. */
export function kindsOf(party: PartyName, m: Matter): CodeKind[] {
  if (party !== 'applicant' || m.holderKind === 'natural') return ['citizen']
  return m.holderKind === 'legal' ? ['uscc'] : ['uscc', 'citizen']
}

export type Faults = Partial<Record<PartyName, CodeFault>>

/** The faults of the codes typed so far, by party; an optional one may stay empty. */
export function partyFaults(m: Matter, asks: readonly PartyAsk[], typed: Record<PartyName, Entry>): Faults {
  const faults: Faults = {}
  for (const { party, required } of asks) {
    const code = tidyCode(typed[party].code)
    if (!code && !required) continue
    const fault = codeFault(code, kindsOf(party, m))
    if (fault) faults[party] = fault
  }
  return faults
}

/** The request that opens the case. */
export function newCase(m: Matter, asks: readonly PartyAsk[], typed: Record<PartyName, Entry>, idempotencyKey: string): NewCase {
  const person = (p: PartyName) => {
    const code = tidyCode(typed[p].code)
    const name = typed[p].name.trim()
    return name ? { code, name } : { code }
  }
  const given = (p: PartyName) => asks.some((a) => a.party === p) && tidyCode(typed[p].code) !== ''
  return {
    matterCode: m.code,
    applicant: person('applicant'),
    ...(given('representative') ? { representative: person('representative') } : {}),
    ...(given('spouse') ? { spouse: person('spouse') } : {}),
    idempotencyKey,
  }
}

/** The party that a field of a problem names, as in `applicant.code`. */
export function partyOfField(field: string): PartyName | undefined {
  return partyNames.find((p) => field === p || field.startsWith(`${p}.`))
}

/** The parties a problem complains of with a given code. */
export function blamed(problem: unknown, code: string): PartyName[] {
  if (!(problem instanceof Problem)) return []
  return problem.fields.filter((f) => f.code === code).flatMap((f) => partyOfField(f.field) ?? [])
}
