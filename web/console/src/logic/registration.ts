import type { ProvisionalCase, Registration, RegistrationBody, RegistrationType } from '../api.feed'
import type { Choice } from './combo'

export type Right = RegistrationType['rights'] extends (infer R)[] | null ? R : never

/** The rights, the least first: each is asked for and decided by itself. */
export const rights: readonly Right[] = ['list', 'verify', 'compare', 'read', 'copy']

/** What a system may do with licenses of a type, as it is typed. */
export interface AllowedDraft {
  type: Choice
  rights: Right[]
  /** Of those that matters bind; none: all of them. */
  fields: string[]
  perDay: number | undefined
}

/** A registration as it is typed; addresses stand one on a line. */
export interface RegistrationDraft {
  addresses: string
  validFrom: string
  validUntil: string
  types: AllowedDraft[]
}

export const mostPerDay = 1_000_000

export function registrationDraft(r: Registration, today: string): RegistrationDraft {
  return {
    addresses: (r.addresses ?? []).join('\n'),
    validFrom: r.validFrom || today,
    validUntil: r.validUntil ?? '',
    types: (r.types ?? []).map((x) => ({
      type: { value: x.typeCode, label: r.typeNames[x.typeCode] ?? x.typeCode },
      rights: rights.filter((k) => x.rights?.includes(k)),
      fields: [...(x.fields ?? [])],
      perDay: x.perDay,
    })),
  }
}

export function newAllowed(type: Choice): AllowedDraft {
  return { type, rights: ['list', 'verify'], fields: [], perDay: 1000 }
}

export function linesOf(text: string): string[] {
  return text.split('\n').map((l) => l.trim()).filter(Boolean)
}

/** Fields matter to reading, copying and comparing alone; what cannot be used is not sent. */
export function asksFields(a: { rights: readonly Right[] }): boolean {
  return a.rights.some((r) => r === 'compare' || r === 'read' || r === 'copy')
}

export function registrationBody(d: RegistrationDraft): RegistrationBody {
  return {
    addresses: linesOf(d.addresses),
    validFrom: d.validFrom,
    validUntil: d.validUntil || undefined,
    types: d.types.map((a) => ({ typeCode: a.type.value, fields: asksFields(a) ? a.fields : [], rights: rights.filter((r) => a.rights.includes(r)), perDay: a.perDay ?? 0 })),
  }
}

/** Whether a line is an address, or the block of addresses that it begins (CIDR), of either kind. */
export function isAddress(line: string): boolean {
  const [host = '', bits, more] = line.split('/')
  if (more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false
  const parts = host.split('.')
  if (parts.length === 4) return parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) < 256) && Number(bits ?? 32) <= 32
  return sixth(host) && Number(bits ?? 128) <= 128
}

function sixth(host: string): boolean {
  if (!/^[0-9a-fA-F:]+$/.test(host) || !host.includes(':')) return false
  const halves = host.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((h) => (h ? h.split(':') : []))
  return groups.every((g) => /^[0-9a-fA-F]{1,4}$/.test(g)) && (halves.length === 2 ? groups.length < 8 : groups.length === 8)
}

/** Something wrong before anything is sent: a key of `registration.fault`, and what it names. */
export interface RegistrationFault {
  key: string
  args?: Record<string, unknown>
}

/** By the control that it stands at: `addresses`, `validFrom`, `validUntil`, `types`, `rights-<code>`, `perDay-<code>`. */
export function registrationFaults(d: RegistrationDraft): Record<string, RegistrationFault> {
  const faults: Record<string, RegistrationFault> = {}
  const lines = linesOf(d.addresses)
  const bad = lines.find((l) => !isAddress(l))
  if (!lines.length) faults.addresses = { key: 'addresses' }
  else if (bad) faults.addresses = { key: 'address', args: { line: bad } }
  if (!d.validFrom) faults.validFrom = { key: 'validFrom' }
  if (d.validUntil && d.validUntil < d.validFrom) faults.validUntil = { key: 'validUntil' }
  if (!d.types.length) faults.types = { key: 'types' }
  for (const a of d.types) {
    if (!a.rights.length) faults[`rights-${a.type.value}`] = { key: 'rights' }
    const n = a.perDay ?? 0
    if (!Number.isInteger(n) || n < 1 || n > mostPerDay) faults[`perDay-${a.type.value}`] = { key: 'perDay' }
  }
  return faults
}

/** How much of a day's quota is used: what a page tells in words beside the bar. */
export function quotaState(used: number, perDay: number): 'free' | 'near' | 'full' {
  if (used >= perDay) return 'full'
  return used * 10 >= perDay * 8 ? 'near' : 'free'
}

/** Keys in use: with two, the roll-over waits for the end of the old one. */
export function keysInUse<K extends { endedAt?: string }>(keys: readonly K[]): K[] {
  return keys.filter((k) => !k.endedAt)
}

/** Cases vouched for that somebody has to look into come first, then those still waiting. */
const order: readonly ProvisionalCase['state'][] = ['contradicted', 'overdue', 'open', 'confirmed']

export function sortProvisionals(cases: readonly ProvisionalCase[]): ProvisionalCase[] {
  return [...cases].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
}

export function provisionalTone(state: ProvisionalCase['state']): 'red' | 'amber' | 'jade' {
  if (state === 'confirmed') return 'jade'
  return state === 'open' ? 'amber' : 'red'
}

/** The day in Beijing, as a date field writes it. */
export function beijingToday(now: Date = new Date()): string {
  return new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
}
