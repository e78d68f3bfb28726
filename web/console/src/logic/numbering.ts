// The numbering rule of a type (证照编号规则): literals with {region} {year} {seq6} {holderCode}.

export const numberParts = ['region', 'year', 'seq4', 'seq5', 'seq6', 'seq7', 'seq8', 'holderCode'] as const

export type NumberFault = 'empty' | 'brace' | 'part' | 'repeats'

/** What is wrong with a rule; undefined when a license can be numbered by it. */
export function numberFault(rule: string): NumberFault | undefined {
  if (!rule.trim()) return 'empty'
  const bare = rule.replace(/\{[^{}]*\}/g, '')
  if (/[{}]/.test(bare)) return 'brace'
  const parts = partsOf(rule)
  if (parts.some((p) => !/^(region|year|holderCode|seq[1-9])$/.test(p))) return 'part'
  return parts.some((p) => p.startsWith('seq') || p === 'holderCode') ? undefined : 'repeats'
}

function partsOf(rule: string): string[] {
  return [...rule.matchAll(/\{([^{}]*)\}/g)].map((m) => m[1] as string)
}

export interface Sample {
  region: string
  year: string
  seq: number
  holderCode: string
}

export const usualSample: Sample = { region: '350102', year: '2026', seq: 37, holderCode: '91350102MA00000XX0' }

/** The number that a license would get by the rule. */
export function numberExample(rule: string, s: Sample = usualSample): string {
  return rule.replace(/\{(region|year|holderCode|seq([1-9]))\}/g, (_, part: string, width?: string) => {
    if (width) return String(s.seq).padStart(Number(width), '0')
    return part === 'region' ? s.region : part === 'year' ? s.year : s.holderCode
  })
}
