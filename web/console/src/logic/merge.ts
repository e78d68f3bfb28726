// Three-way merge of what two editors made of the same thing: what each changed since both began, where they differ,
// and the thing with the choices made. Objects are merged field by field, lists of things that have a key thing by
// thing; any other list is one value.

export type Side = 'theirs' | 'mine'

/** One place where at least one of the two changed something; undefined stands for what is not there. */
export interface Piece {
  /** Names from the whole to the place; a thing in a list goes by its key. */
  path: readonly string[]
  base: unknown
  theirs: unknown
  mine: unknown
  /** Who changed it; `both` only where they differ, and a choice is needed. */
  by: Side | 'both'
}

type Obj = Record<string, unknown>

/** The step of a path that stands for the order of a list. */
export const orderStep = '#order'

const keyNames = ['code', 'id', 'day', 'value', 'key', 'name', 'seq'] as const

export function pathKey(path: readonly string[]): string {
  return path.join('/')
}

/** Every place that either changed, in the order of their fields; the same change made by both needs no choice. */
export function mergeThree(base: unknown, theirs: unknown, mine: unknown): Piece[] {
  return compare([], base, theirs, mine)
}

/** The merged thing: theirs, with mine where only I changed, and with the choice where both did (`theirs` if none). */
export function settle<T>(theirs: T, pieces: readonly Piece[], choices: Readonly<Record<string, Side>>): T {
  const result = structuredClone(theirs)
  for (const p of [...pieces].sort((a, b) => Number(a.path.includes(orderStep)) - Number(b.path.includes(orderStep)))) {
    const side = p.by === 'both' ? (choices[pathKey(p.path)] ?? 'theirs') : p.by
    if (side === 'mine') put(result, p.path, p.mine)
  }
  return result
}

/** The places that still want a choice. */
export function undecided(pieces: readonly Piece[], choices: Readonly<Record<string, Side>>): Piece[] {
  return pieces.filter((p) => p.by === 'both' && !choices[pathKey(p.path)])
}

function compare(path: string[], base: unknown, theirs: unknown, mine: unknown): Piece[] {
  if (same(theirs, mine)) return []
  if ([base, theirs, mine].every(isObject)) return compareObjects(path, base as Obj, theirs as Obj, mine as Obj)
  const key = keyOf([base, theirs, mine])
  if (key) return compareLists(path, key, base as Obj[], theirs as Obj[], mine as Obj[])
  const by = same(base, mine) ? 'theirs' : same(base, theirs) ? 'mine' : 'both'
  return [{ path, base, theirs, mine, by }]
}

function compareObjects(path: string[], base: Obj, theirs: Obj, mine: Obj): Piece[] {
  const names = new Set([...Object.keys(base), ...Object.keys(theirs), ...Object.keys(mine)])
  return [...names].flatMap((n) => compare([...path, n], base[n], theirs[n], mine[n]))
}

function compareLists(path: string[], key: string, base: Obj[], theirs: Obj[], mine: Obj[]): Piece[] {
  const by = (list: Obj[]) => new Map(list.map((x) => [String(x[key]), x]))
  const [b, t, m] = [by(base), by(theirs), by(mine)]
  const keys = new Set([...b.keys(), ...t.keys(), ...m.keys()])
  const pieces = [...keys].flatMap((k) => compare([...path, k], b.get(k), t.get(k), m.get(k)))
  // The order counts among the things that all three have.
  const order = (from: Map<string, Obj>) => [...from.keys()].filter((k) => b.has(k) && t.has(k) && m.has(k))
  return [...pieces, ...compare([...path, orderStep], order(b), order(t), order(m))]
}

/** The name of the field by which the things of these lists can be told apart; undefined where they are no such lists. */
function keyOf(lists: unknown[]): string | undefined {
  if (!lists.every((l) => Array.isArray(l) && l.every(isObject))) return undefined
  if (lists.every((l) => (l as Obj[]).length === 0)) return undefined
  return keyNames.find((k) =>
    (lists as Obj[][]).every((list) => {
      const values = list.map((x) => x[k])
      return values.every((v) => typeof v === 'string' || typeof v === 'number') && new Set(values.map(String)).size === values.length
    }),
  )
}

function put(root: unknown, path: readonly string[], value: unknown): void {
  const [step, ...rest] = path
  if (step === undefined) return
  if (Array.isArray(root)) return putInList(root as Obj[], step, rest, value)
  const obj = root as Obj
  if (rest.length) return put(obj[step], rest, value)
  if (value === undefined) delete obj[step]
  else obj[step] = structuredClone(value)
}

function putInList(list: Obj[], step: string, rest: readonly string[], value: unknown): void {
  if (step === orderStep) return reorder(list, value as string[])
  const at = list.findIndex((x) => keyNames.some((k) => String(x[k]) === step))
  if (rest.length) return put(list[at], rest, value)
  if (value === undefined) list.splice(at, at < 0 ? 0 : 1)
  else if (at < 0) list.push(structuredClone(value) as Obj)
  else list[at] = structuredClone(value) as Obj
}

function reorder(list: Obj[], order: readonly string[]): void {
  const rank = (x: Obj) => order.findIndex((k) => keyNames.some((n) => String(x[n]) === k))
  const slots = list.flatMap((x, i) => (rank(x) < 0 ? [] : [i]))
  const moved = slots.map((i) => list[i] as Obj).sort((a, b) => rank(a) - rank(b))
  slots.forEach((slot, i) => (list[slot] = moved[i] as Obj))
}

function isObject(v: unknown): v is Obj {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

/** Equal in content; a field that is not there equals one that is undefined. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => same(x, b[i]))
  if (!isObject(a) || !isObject(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((k) => same(a[k], b[k]))
}
