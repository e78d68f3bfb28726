import type { HeldLicense, Matter, MatterMaterial } from '@yinxin/shared'

export type Party = 'applicant' | 'representative' | 'spouse' | 'child'

/** How a material comes to a case: held, held but not in force, looked for, or to be handed in. */
export type Way = 'held' | 'stale' | 'absent' | 'fetched' | 'bring' | 'optional'

/** What becomes of a material, given the licenses of whoever applies. */
export function wayOf(m: MatterMaterial, licenses: readonly HeldLicense[]): Way {
  const types = new Set(m.bindings.map((b) => b.type.code))
  if (types.size === 0) return m.required ? 'bring' : 'optional'
  if ((m.party ?? 'applicant') !== 'applicant') return 'fetched'
  const own = licenses.filter((l) => types.has(l.type.code))
  if (own.some((l) => l.usable)) return 'held'
  return own.length > 0 ? 'stale' : 'absent'
}

/** Somebody besides the applicant whose license a matter looks for. */
export interface PartyAsk {
  party: Exclude<Party, 'applicant'>
  required: boolean
}

/** The people besides the applicant whose licenses these matters look for. */
export function partiesOf(...matters: readonly Matter[]): PartyAsk[] {
  const asked = new Map<PartyAsk['party'], boolean>()
  for (const m of matters.flatMap((x) => x.materials)) {
    const party = m.party ?? 'applicant'
    if (m.bindings.length === 0 || party === 'applicant') continue
    asked.set(party, (asked.get(party) ?? false) || m.required)
  }
  return [...asked].map(([party, required]) => ({ party, required }))
}
