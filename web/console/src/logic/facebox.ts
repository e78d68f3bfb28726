import type { FaceObject } from './type'

// Where the things on a face stand, so that one can be chosen by pointing and seen to be chosen. Millimetres.

export interface Box {
  x: number
  y: number
  w: number
  h: number
}

/** How far a line of text reaches above its baseline, and how lines follow each other, in parts of the size. */
const ascent = 0.88
const leading = 1.5

/** Han characters are as wide as high, Latin letters about half. */
function textWidth(text: string, size: number): number {
  return [...text].reduce((sum, c) => sum + (c.charCodeAt(0) < 0x2000 ? 0.55 : 1), 0) * size
}

/** The room that an object takes. */
export function boxOf(o: FaceObject): Box {
  const size = o.size ?? 4
  if (o.kind === 'text' || o.kind === 'field') {
    const lines = o.kind === 'field' ? Math.max(1, o.lines ?? 1) : 1
    const w = o.w || textWidth(o.text || o.field || '', size)
    return { x: o.x, y: o.y - size * ascent, w: Math.max(w, 2), h: size * (1.1 + (lines - 1) * leading) }
  }
  if (o.kind === 'table') {
    const w = o.w || (o.columns ?? []).reduce((sum, c) => sum + c.w, 0)
    return { x: o.x, y: o.y, w, h: (o.h ?? size * leading) * ((o.rows ?? 1) + 1) }
  }
  const w = o.w ?? 0
  const h = o.kind === 'qr' ? o.h || w : (o.h ?? 0)
  // A line has no height to be hit.
  return { x: Math.min(o.x, o.x + w) - (w ? 0 : 0.8), y: Math.min(o.y, o.y + h) - (h ? 0 : 0.8), w: Math.abs(w) || 1.6, h: Math.abs(h) || 1.6 }
}

/** The object that a point means: the smallest under it; of equal ones the topmost. */
export function hit(objects: readonly FaceObject[], x: number, y: number): number {
  const slack = 0.6
  let best = -1
  let bestArea = Infinity
  objects.forEach((o, i) => {
    const b = boxOf(o)
    const inside = x >= b.x - slack && x <= b.x + b.w + slack && y >= b.y - slack && y <= b.y + b.h + slack
    const area = b.w * b.h
    if (inside && area <= bestArea) {
      best = i
      bestArea = area
    }
  })
  return best
}
