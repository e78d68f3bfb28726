/** The members of an opened record as lines for people: nested ones are joined, empty ones left out. */
export function recordLines(body: Record<string, unknown>): { name: string; value: string }[] {
  return Object.entries(body).flatMap(([name, value]) => {
    const text = lineOf(value)
    return text ? [{ name, value: text }] : []
  })
}

function lineOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(lineOf).filter(Boolean).join('、')
  if (typeof value === 'object') return Object.values(value).map(lineOf).filter(Boolean).join(' · ')
  return String(value)
}
