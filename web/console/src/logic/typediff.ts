import { same, type FaceObject, type LicenseType } from './type'
import { factsOf, fieldFacts, labelOf, objectFacts, objectText, parts, type Fact, type Part, type Words } from './typewords'

// Two versions of a type side by side, in the words of the page and not in paths of a document.

export interface Line {
  name: string
  before: string
  after: string
}

export interface Difference {
  part: Part
  kind: 'changed' | 'added' | 'gone' | 'moved'
  /** What differs: a heading. */
  name: string
  lines: Line[]
  /** Which objects of the two faces it is about. */
  object?: { before?: number; after?: number }
}

/** What differs between two versions, part by part; without the first, everything is new. */
export function differences(a: LicenseType | undefined, b: LicenseType, w: Words): Difference[] {
  return parts.flatMap((part) => {
    if (part === 'fields') return fieldDifferences(a, b, w)
    const facts = factDifferences(a, b, part, w)
    return part === 'face' ? [...facts, ...faceDifferences(a, b, w)] : facts
  })
}

/** Facts are compared by what they mean, not by how many of them a version states. */
function changedLines(before: readonly Fact[], after: readonly Fact[]): Line[] {
  const old = new Map(before.map((f) => [f.key, f]))
  const now = new Map(after.map((f) => [f.key, f]))
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const x = old.get(key)
    const y = now.get(key)
    if (x?.text === y?.text) return []
    return [{ name: (y ?? x)?.name ?? key, before: x?.text ?? '', after: y?.text ?? '' }]
  })
}

function factDifferences(a: LicenseType | undefined, b: LicenseType, part: Part, w: Words): Difference[] {
  const before = a ? factsOf(a, part, w) : []
  const counted = (f: Fact) => f.key !== 'objects'
  return changedLines(before.filter(counted), factsOf(b, part, w).filter(counted)).map((line) => ({ part, kind: a ? 'changed' : 'added', name: line.name, lines: [line] }))
}

function fieldDifferences(a: LicenseType | undefined, b: LicenseType, w: Words): Difference[] {
  const old = new Map((a?.fields ?? []).map((f) => [f.name, f]))
  const now = new Map(b.fields.map((f) => [f.name, f]))
  const out: Difference[] = []
  for (const f of b.fields) {
    const lines = changedLines(fieldFactsOrNone(old.get(f.name), w), fieldFacts(f, w))
    if (lines.length) out.push({ part: 'fields', kind: old.has(f.name) ? 'changed' : 'added', name: labelOf(f, w.lang), lines: said(lines, w) })
  }
  for (const f of a?.fields ?? []) {
    if (!now.has(f.name)) out.push({ part: 'fields', kind: 'gone', name: labelOf(f, w.lang), lines: said(changedLines(fieldFacts(f, w), []), w) })
  }
  const kept = (names: Iterable<string>, other: Map<string, unknown>) => [...names].filter((n) => other.has(n)).join()
  if (a && kept(old.keys(), now) !== kept(now.keys(), old)) {
    const list = (fields: LicenseType['fields']) => fields.map((f) => labelOf(f, w.lang)).join(w.t('list.comma'))
    out.push({ part: 'fields', kind: 'moved', name: w.t('type.order'), lines: [{ name: w.t('type.order'), before: list(a.fields), after: list(b.fields) }] })
  }
  return out
}

const fieldFactsOrNone = (f: LicenseType['fields'][number] | undefined, w: Words) => (f ? fieldFacts(f, w) : [])

/** Of a field that is new or gone, only what it says is worth a line. */
function said(lines: Line[], w: Words): Line[] {
  const nothing = new Set(['', w.t('type.none')])
  return lines.filter((l) => !(nothing.has(l.before) && nothing.has(l.after)))
}

function faceDifferences(a: LicenseType | undefined, b: LicenseType, w: Words): Difference[] {
  if (!a) return []
  const old = a.face.objects
  const now = b.face.objects
  const pairs = pairUp(old, now)
  const out: Difference[] = []
  now.forEach((o, i) => {
    const from = pairs.get(i)
    const before = from === undefined ? undefined : old[from]
    if (before && same(before, o)) return
    const lines = changedLines(before ? objectFacts(before, a, w) : [], objectFacts(o, b, w))
    out.push({ part: 'face', kind: before ? 'changed' : 'added', name: objectText(o, b, w), lines, object: { before: from, after: i } })
  })
  const used = new Set(pairs.values())
  old.forEach((o, i) => {
    if (!used.has(i)) out.push({ part: 'face', kind: 'gone', name: objectText(o, a, w), lines: changedLines(objectFacts(o, a, w), []), object: { before: i } })
  })
  return out
}

/** Which object of the new face is which of the old: first those that are the same, then those that show the same,
 * then those of one kind at one place. */
export function pairUp(old: readonly FaceObject[], now: readonly FaceObject[]): Map<number, number> {
  const pairs = new Map<number, number>()
  const taken = new Set<number>()
  const shows = (o: FaceObject) => [o.kind, o.field ?? '', o.text ?? '', o.step ?? 0, o.path ?? ''].join('\u0000')
  const place = (o: FaceObject) => [o.kind, o.x, o.y].join('\u0000')
  const rounds: ((x: FaceObject, y: FaceObject) => boolean)[] = [
    same,
    (x, y) => ['text', 'field', 'seal', 'qr', 'photo', 'path'].includes(x.kind) && shows(x) === shows(y),
    (x, y) => place(x) === place(y),
  ]
  for (const alike of rounds) {
    now.forEach((o, i) => {
      if (pairs.has(i)) return
      const from = old.findIndex((x, k) => !taken.has(k) && alike(x, o))
      if (from < 0) return
      pairs.set(i, from)
      taken.add(from)
    })
  }
  return pairs
}
