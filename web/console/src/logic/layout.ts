import { boxOf } from './facebox'
import { onFace, round, type FaceObject, type LicenseType, type TypeField } from './type'

// A first face, and places for what is not on the face yet: a start that people then move about. Millimetres.

const ink = '#1F2328'
const frame = '#1D6B57'
const size = 4.2

interface Slot {
  label: string
  field: string
  lines: number
  format?: string
}

/** How many lines the longest value of a field needs in a room; shrinking to three fifths is the last resort. */
export function linesFor(maxLen: number, width: number): number {
  return Math.max(1, Math.ceil((maxLen * size) / width / 1.25))
}

const typeset = (t: LicenseType) => t.face.objects.length > 0

/** Required fields that the face does not show and nothing excuses. */
export function missingOnFace(t: LicenseType): TypeField[] {
  const shown = onFace(t)
  return t.fields.filter((f) => !shown.has(f.name) && !f.offFace)
}

/** The face with what is missing put on it: a whole one where there is none. */
export function laidOut(t: LicenseType): FaceObject[] {
  const start = typeset(t) ? t.face.objects : skeleton(t)
  const fields = missingOnFace({ ...t, face: { ...t.face, objects: start } })
  const slots = fields.filter((f) => f.type !== 'photo').map((f) => slotOf(f, room(t)))
  const photos = fields.filter((f) => f.type === 'photo').map((f, i) => photoOf(t, f, i))
  const base = typeset(t) ? [] : baseSlots(t)
  return [...start, ...rows([...base, ...slots], t, top(start, t)), ...photos]
}

const margin = (t: LicenseType) => round(t.face.width * 0.08)
const room = (t: LicenseType) => round((t.face.width - 2 * margin(t)) / 2 - 32)

function slotOf(f: TypeField, width: number): Slot {
  return { label: f.label, field: f.name, lines: f.type === 'date' ? 1 : linesFor(f.maxLen ?? 40, width) }
}

function baseSlots(t: LicenseType): Slot[] {
  const until = t.validity.rule === 'none' || t.validity.rule === 'long' ? [] : [{ label: '有效期至', field: 'ZZYXQJZRQ', lines: 1 }]
  return [{ label: '持证主体', field: 'CZZT', lines: linesFor(60, room(t)) }, { label: '主体代码', field: 'CZZTDM', lines: 1 }, { label: '证照编号', field: 'ZZBH', lines: 1 }, ...until]
}

/** The frame, title, check code, issuer, date and seal places that every face has. */
function skeleton(t: LicenseType): FaceObject[] {
  const { width: w, height: h } = t.face
  const right = w - margin(t) - 62
  const seals = [...t.seals].map((s, i): FaceObject => ({ kind: 'seal', x: round(right + 8 - i * 46), y: round(h - 64), w: 40, h: 40, step: s.step }))
  return [
    { kind: 'rect', x: 0, y: 0, w, h, fill: '#FAFEFB' },
    { kind: 'rect', x: 7, y: 7, w: w - 14, h: h - 14, color: frame, stroke: 0.9 },
    { kind: 'rect', x: 8.6, y: 8.6, w: w - 17.2, h: h - 17.2, color: frame, stroke: 0.25 },
    { kind: 'text', x: margin(t), y: 34, w: w - 2 * margin(t), text: t.name || '证照名称', size: Math.min(13, round((w - 2 * margin(t) - 60) / Math.max(6, t.name.length))), align: 'center', color: frame },
    { kind: 'qr', x: w - margin(t) - 22, y: 17, w: 22, h: 22 },
    { kind: 'field', x: right, y: h - 42, w: 62, field: 'ZZBFJG', size, lines: 2, color: ink },
    { kind: 'field', x: right, y: h - 26, w: 62, field: 'ZZBFRQ', size, color: ink },
    ...seals,
  ]
}

/** Below the title on an empty face; below the lowest bound field on one that has some. */
function top(objects: readonly FaceObject[], t: LicenseType): number {
  if (!typeset(t)) return 56
  const bound = objects.filter((o) => o.kind === 'field' && o.field !== 'ZZBFRQ' && o.field !== 'ZZBFJG')
  const lowest = Math.max(50, ...bound.map((o) => boxOf(o).y + boxOf(o).h))
  return round(lowest + 10)
}

/** Label and value in two columns, each row as high as its taller half. */
function rows(slots: readonly Slot[], t: LicenseType, from: number): FaceObject[] {
  const left = margin(t)
  const width = room(t)
  const column = width + 32 + 4
  const out: FaceObject[] = []
  // Short ones pair up first, so that the rows are even.
  const ordered = [...slots].sort((a, b) => a.lines - b.lines)
  let y = from
  for (let i = 0; i < ordered.length; i += 2) {
    const pair = ordered.slice(i, i + 2)
    pair.forEach((s, k) => {
      const x = round(left + k * column)
      const small = labelSize(s.label)
      out.push({ kind: 'text', x, y: round(y), text: s.label, size: small, color: frame })
      out.push({ kind: 'field', x: round(x + 32), y: round(y), w: width, field: s.field, size, lines: s.lines, color: ink })
    })
    y += 4.4 + Math.max(...pair.map((s) => s.lines)) * size * 1.5
  }
  return out
}

/** A label keeps within its 30 mm. */
const labelSize = (label: string) => Math.min(3.8, round(30 / Math.max(1, label.length)))

function photoOf(t: LicenseType, f: TypeField, i: number): FaceObject {
  return { kind: 'photo', x: round(t.face.width - margin(t) - 28 - i * 32), y: 50, w: 26, h: 34, field: f.name }
}
