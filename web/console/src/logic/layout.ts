import { boxOf } from './facebox'
import { onFace, round, type FaceObject, type LicenseType, type TypeField } from './type'

// A first face, and places for what is not on the face yet: a start that people then move about. Millimetres.

const ink = '#1F2328'
const frame = '#1D6B57'
const usualSize = 4.2
const smallest = 2.6
const labelRoom = 32

interface Slot {
  label: string
  field: string
  maxLen: number
}

/** How many lines the longest value of a field needs in a room; a little shrinking is allowed for. */
export function linesFor(maxLen: number, width: number, size = usualSize): number {
  return Math.max(1, Math.ceil((maxLen * size) / width / 1.5))
}

const typeset = (t: LicenseType) => t.face.objects.length > 0

/** Fields that the face does not show and nothing excuses. */
export function missingOnFace(t: LicenseType): TypeField[] {
  const shown = onFace(t)
  return t.fields.filter((f) => !shown.has(f.name) && !f.offFace)
}

/** The face with what is missing put on it: a whole one where there is none. */
export function laidOut(t: LicenseType): FaceObject[] {
  const start = typeset(t) ? t.face.objects : skeleton(t)
  const fields = missingOnFace({ ...t, face: { ...t.face, objects: start } })
  const slots = fields.filter((f) => f.type !== 'photo').map((f) => ({ label: f.label, field: f.name, maxLen: f.type === 'date' ? 11 : (f.maxLen ?? 40) * (f.multi || 1) }))
  const photos = fields.filter((f) => f.type === 'photo').map((f, i) => photoOf(t, f, i))
  const all = typeset(t) ? slots : [...baseSlots(t), ...slots]
  return [...start, ...columns(all, t), ...photos]
}

const margin = (t: LicenseType) => round(t.face.width * 0.08)
const room = (t: LicenseType) => round((t.face.width - 2 * margin(t) - 6) / 2 - labelRoom)

function baseSlots(t: LicenseType): Slot[] {
  const until = t.validity.rule === 'none' || t.validity.rule === 'long' ? [] : [{ label: '有效期至', field: 'ZZYXQJZRQ', maxLen: 11 }]
  return [{ label: '持证主体', field: 'CZZT', maxLen: 60 }, { label: '主体代码', field: 'CZZTDM', maxLen: 18 }, { label: '证照编号', field: 'ZZBH', maxLen: 22 }, ...until]
}

/** The frame, title, check code, issuer, date and seal places that every face has. */
function skeleton(t: LicenseType): FaceObject[] {
  const { width: w, height: h } = t.face
  const right = w - margin(t) - 66
  const titleRoom = w - 2 * (margin(t) + 26)
  const seals = t.seals.map((s, i): FaceObject => ({ kind: 'seal', x: round(right + 14 - i * 44), y: round(h - 58), w: 40, h: 40, step: s.step }))
  return [
    { kind: 'rect', x: 0, y: 0, w, h, fill: '#FAFEFB' },
    { kind: 'rect', x: 7, y: 7, w: w - 14, h: h - 14, color: frame, stroke: 0.9 },
    { kind: 'rect', x: 8.6, y: 8.6, w: w - 17.2, h: h - 17.2, color: frame, stroke: 0.25 },
    { kind: 'text', x: margin(t) + 26, y: 34, w: round(titleRoom), text: t.name || '证照名称', size: Math.min(13, round(titleRoom / Math.max(6, t.name.length) - 0.1)), align: 'center', color: frame },
    { kind: 'qr', x: round(w - margin(t) - 22), y: 17, w: 22, h: 22 },
    { kind: 'field', x: round(right), y: h - 38, w: 66, field: 'ZZBFJG', size: usualSize, lines: 2, align: 'center', color: ink },
    { kind: 'field', x: round(right), y: h - 22, w: 66, field: 'ZZBFRQ', size: usualSize, align: 'center', color: ink },
    ...seals,
  ]
}

/** Below the title on an empty face; below the lowest bound field on one that has some. */
function top(t: LicenseType): number {
  if (!typeset(t)) return 54
  const bound = t.face.objects.filter((o) => o.kind === 'field' && o.field !== 'ZZBFRQ' && o.field !== 'ZZBFJG')
  return round(Math.max(50, ...bound.map((o) => boxOf(o).y + boxOf(o).h)) + 10)
}

/** Label and value in two columns in the order of the fields, as large as the page allows; the right column ends
 * above the issuer and the seal. */
function columns(slots: readonly Slot[], t: LicenseType): FaceObject[] {
  const from = top(t)
  const caps = [t.face.height - 16 - from, t.face.height - (typeset(t) ? 16 : 64) - from] as const
  for (let size = usualSize; ; size = round(size - 0.2)) {
    const heights = slots.map((s) => heightOf(s, t, size))
    const cut = bestCut(heights, caps)
    const fill = Math.max(sum(heights.slice(0, cut)) / caps[0], sum(heights.slice(cut)) / caps[1])
    if (fill > 1 && size > smallest) continue
    // What room is left goes between the rows, within reason.
    const stretch = Math.max(1, Math.min(1.5, 1 / Math.max(fill, 0.01)))
    return [slots.slice(0, cut), slots.slice(cut)].flatMap((list, i) => column(list, i, t, from, size, stretch))
  }
}

const sum = (ns: readonly number[]) => ns.reduce((a, b) => a + b, 0)

function heightOf(s: Slot, t: LicenseType, size: number): number {
  return linesFor(s.maxLen, room(t), size) * size * 1.5 + size * 0.9
}

/** How many slots go left, so that the fuller column is as little full as can be. */
function bestCut(heights: readonly number[], caps: readonly [number, number]): number {
  const fill = (k: number) => Math.max(sum(heights.slice(0, k)) / caps[0], sum(heights.slice(k)) / caps[1])
  return heights.map((_, i) => i + 1).reduce((best, k) => (fill(k) < fill(best) ? k : best), 0)
}

function column(slots: readonly Slot[], at: number, t: LicenseType, from: number, size: number, stretch: number): FaceObject[] {
  const x = round(margin(t) + at * (labelRoom + room(t) + 6))
  let y = from
  return slots.flatMap((s): FaceObject[] => {
    const row = round(y)
    y += heightOf(s, t, size) * stretch
    // A label keeps within its 30 mm.
    const small = Math.min(round(size * 0.9), round(30 / Math.max(1, s.label.length)))
    return [
      { kind: 'text', x, y: row, text: s.label, size: Math.max(1.8, small), color: frame },
      { kind: 'field', x: round(x + labelRoom), y: row, w: room(t), field: s.field, size, lines: linesFor(s.maxLen, room(t), size), color: ink },
    ]
  })
}

function photoOf(t: LicenseType, f: TypeField, i: number): FaceObject {
  return { kind: 'photo', x: round(margin(t) + i * 30), y: 14, w: 24, h: 30, field: f.name }
}
