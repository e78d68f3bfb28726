/** One item of two versions. */
export interface SidePair {
  name: string
  label: string
  before?: string
  after?: string
  changed: boolean
}

interface Said {
  name: string
  label: string
  value: string
}

/** What two versions say, item by item in the order of the later one; what only the earlier one says comes last. */
export function sideBySide(before: readonly Said[], after: readonly Said[]): SidePair[] {
  const old = new Map(before.map((f) => [f.name, f.value]))
  const rest = before.filter((f) => !after.some((x) => x.name === f.name))
  const pair = (f: Said, a: string | undefined, b: string | undefined): SidePair => ({ name: f.name, label: f.label, before: a, after: b, changed: a !== b })
  return [...after.map((f) => pair(f, old.get(f.name), f.value)), ...rest.map((f) => pair(f, f.value, undefined))]
}
