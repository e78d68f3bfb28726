// The numbering rule of a type (证照编号规则): literals with {region} {year} {month} {seq6} {holderCode}.

export const numberParts = ['region', 'year', 'month', 'seq4', 'seq5', 'seq6', 'seq8', 'holderCode'] as const

export type NumberFault = 'empty' | 'brace' | 'part' | 'twice' | 'repeats'

/** What is wrong with a rule; undefined when a license can be numbered by it. */
export function numberFault(rule: string): NumberFault | undefined {
  if (!rule.trim()) return 'empty'
  const bare = rule.replace(/\{[^{}]*\}/g, '')
  if (/[{}]/.test(bare)) return 'brace'
  const parts = partsOf(rule)
  if (parts.some((p) => !/^(region|year|month|holderCode|seq([1-9]|1[0-2]))$/.test(p))) return 'part'
  if (parts.filter((p) => p.startsWith('seq')).length > 1) return 'twice'
  return parts.some((p) => p.startsWith('seq') || p === 'holderCode') ? undefined : 'repeats'
}

function partsOf(rule: string): string[] {
  return [...rule.matchAll(/\{([^{}]*)\}/g)].map((m) => m[1] as string)
}

export interface Sample {
  region: string
  year: string
  month: string
  seq: number
  holderCode: string
}

export const usualSample: Sample = { region: '350102', year: '2026', month: '03', seq: 37, holderCode: '91350102MA00000XX0' }

/** The number that a license would get by the rule. */
export function numberExample(rule: string, s: Sample = usualSample): string {
  return rule.replace(/\{(region|year|month|holderCode|seq(\d{1,2}))\}/g, (_, part: string, width?: string) => {
    if (width) return String(s.seq).padStart(Number(width), '0')
    return s[part as 'region' | 'year' | 'month' | 'holderCode']
  })
}
