import type { Matter, NewCase } from '@yinxin/shared'
import { codeFault, tidyCode, type CodeFault, type CodeKind } from './codes'

export type PartyName = 'applicant' | 'representative' | 'spouse'

/** Whose codes a matter needs: the applicant's always, others only where a license of theirs is to be fetched. */
export function partiesOf(m: Matter): PartyName[] {
  const asked = new Set((m.materials ?? []).filter((x) => x.type).map((x) => x.party))
  const others = (['representative', 'spouse'] as const).filter((p) => asked.has(p))
  return ['applicant', ...others]
}

/** The kinds of code a party may have. */
export function kindsOf(party: PartyName, m: Matter): CodeKind[] {
  if (party !== 'applicant' || m.holderKind === 'natural') return ['citizen']
  return m.holderKind === 'legal' ? ['uscc'] : ['uscc', 'citizen']
}

/** The faults of the codes typed so far, by party. */
export function partyFaults(m: Matter, typed: Partial<Record<PartyName, string>>): Partial<Record<PartyName, CodeFault>> {
  const faults: Partial<Record<PartyName, CodeFault>> = {}
  for (const p of partiesOf(m)) {
    const fault = codeFault(tidyCode(typed[p] ?? ''), kindsOf(p, m))
    if (fault) faults[p] = fault
  }
  return faults
}

/** The request that opens the case. */
export function newCase(m: Matter, typed: Partial<Record<PartyName, string>>, idempotencyKey: string): NewCase {
  const code = (p: PartyName) => ({ code: tidyCode(typed[p] ?? '') })
  const parties = partiesOf(m)
  return {
    matterCode: m.code,
    applicant: code('applicant'),
    ...(parties.includes('representative') ? { representative: code('representative') } : {}),
    ...(parties.includes('spouse') ? { spouse: code('spouse') } : {}),
    idempotencyKey,
  }
}
