import { removed, type LicenseType } from './type'

// What a type demands when a license is entered: rules over its fields, base registers that are asked, and whether a
// holder may have two. Everything here gives new values, as in type.ts.

export type EntryRule = NonNullable<LicenseType['rules']>[number]
export type Comparison = NonNullable<LicenseType['compare']>[number]

export const ruleKinds = ['order', 'together', 'citizen', 'uscc'] as const
export const severities = ['block', 'warn'] as const
export const downs = ['wait', 'warn', 'refuse'] as const

/** What each base register can compare, as the server has it. */
export const registerFields = {
  population: ['name', 'sex', 'nation', 'born', 'address'],
  legal: ['name', 'representative', 'address', 'scope', 'founded'],
  institution: ['name', 'representative', 'address', 'purpose', 'founded'],
} as const
export type RegisterKind = keyof typeof registerFields
export const registerKinds = Object.keys(registerFields) as RegisterKind[]

/** A list with one of its items changed. */
export function changed<T>(list: readonly T[], at: number, part: Partial<T>): T[] {
  return list.map((x, i) => (i === at ? { ...x, ...part } : x))
}

/** A rule with a field taken in, in the order in which fields are chosen, or let go. */
export function toggled(rule: EntryRule, field: string): EntryRule {
  const at = rule.fields.indexOf(field)
  return { ...rule, fields: at < 0 ? [...rule.fields, field] : removed(rule.fields, at) }
}

export function blankRule(): EntryRule {
  return { kind: 'order', fields: [], severity: 'block' }
}

/** A comparison as most types have it: the holder's name, by the holder's code. */
export function blankComparison(t: Pick<LicenseType, 'holderKind'>): Comparison {
  return { register: t.holderKind === 'natural' ? 'population' : 'legal', fields: { name: 'CZZT' }, mismatch: 'block', down: 'wait' }
}

/** Another register can compare other things: what it cannot is let go. */
export function withRegister(c: Comparison, register: RegisterKind): Comparison {
  const known: readonly string[] = registerFields[register]
  return { ...c, register, fields: Object.fromEntries(Object.entries(c.fields).filter(([of]) => known.includes(of))) }
}

/** A comparison with a field of the register held against one of the license, or against none. */
export function withField(c: Comparison, of: string, name: string | undefined): Comparison {
  const fields = Object.fromEntries(Object.entries(c.fields).filter(([k]) => k !== of))
  return { ...c, fields: name ? { ...fields, [of]: name } : fields }
}
