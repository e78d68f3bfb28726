/** What is asked of a list that the server pages. */
export interface Ask {
  q: string
  limit: number
  offset: number
  /** The chosen value of each filter that is set. */
  filters: Readonly<Record<string, string>>
}

export interface Answer<T> {
  items: T[] | null
  total: number
}

/** A filter of a list: one of its values, or none. */
export interface Filter {
  key: string
  label: string
  options: readonly { value: string; label: string; loud?: boolean }[]
  /** The value by which the server narrows where none is chosen. */
  usual?: string
}

/** The value of a filter that holds now: the chosen one, or the usual one. */
export function held(f: Filter, chosen: Readonly<Record<string, string>>): string | undefined {
  return chosen[f.key] ?? f.usual
}

export const pageSize = 30

/** The address of a list with its question; what is empty is left out. */
export function listPath(path: string, ask: Partial<Ask>, more: Readonly<Record<string, string | undefined>> = {}): string {
  const asked = new URLSearchParams()
  const set = (k: string, v: string | number | undefined) => v !== undefined && v !== '' && v !== 0 && asked.set(k, String(v))
  set('q', ask.q?.trim())
  for (const [k, v] of Object.entries({ ...ask.filters, ...more })) set(k, v)
  set('limit', ask.limit)
  set('offset', ask.offset)
  const text = asked.toString()
  return text ? `${path}?${text}` : path
}

/** Every row that a question finds, page by page; a bound keeps a mistaken export from running for ever. */
export async function fetchAll<T>(fetch: (ask: Ask) => Promise<Answer<T>>, ask: Pick<Ask, 'q' | 'filters'>, most = 30_000): Promise<T[]> {
  const limit = 100
  const all: T[] = []
  for (let total = 1; all.length < Math.min(total, most); ) {
    const page = await fetch({ ...ask, limit, offset: all.length })
    const items = page.items ?? []
    if (!items.length) break
    all.push(...items)
    total = page.total
  }
  return all
}

/** The pages that a number of rows makes; never none. */
export function pagesFor(total: number, size = pageSize): number {
  return Math.max(1, Math.ceil(total / size))
}
