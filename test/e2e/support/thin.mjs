// A screenshot made small: the same picture in at most 256 colours.

import assert from 'node:assert/strict'
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const head = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** The chunks of a PNG, by kind; those that come in parts joined. */
function chunks(png) {
  assert.ok(png.subarray(0, 8).equals(head), 'a PNG')
  const found = {}
  for (let at = 8; at < png.length; ) {
    const size = png.readUInt32BE(at)
    const kind = png.toString('latin1', at + 4, at + 8)
    found[kind] = Buffer.concat([found[kind] ?? Buffer.alloc(0), png.subarray(at + 8, at + 8 + size)])
    at += size + 12
  }
  return found
}

/** What stands for a byte by the left, the upper and the upper left one, as the PNG specification numbers the filters. */
const guesses = [
  () => 0,
  (a) => a,
  (_a, b) => b,
  (a, b) => (a + b) >> 1,
  (a, b, c) => {
    const [da, db, dc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
    return da <= db && da <= dc ? a : db <= dc ? b : c
  },
]

/** Width, height and RGB of every pixel of a PNG of 8 bits without transparency, as Chromium makes them. */
function decode(png) {
  const { IHDR, IDAT } = chunks(png)
  const [width, height] = [IHDR.readUInt32BE(0), IHDR.readUInt32BE(4)]
  const step = { 2: 3, 6: 4 }[IHDR[9]]
  assert.ok(step && IHDR[8] === 8 && IHDR[12] === 0, 'RGB in 8 bits, not interlaced')
  const raw = inflateSync(IDAT)
  const line = width * step
  const rgb = new Uint8Array(width * height * 3)
  let above = new Uint8Array(line)
  for (let y = 0, from = 0; y < height; y++) {
    const guess = guesses[raw[from++]]
    const row = new Uint8Array(line)
    for (let i = 0; i < line; i++) {
      const left = i >= step
      row[i] = raw[from++] + guess(left ? row[i - step] : 0, above[i], left ? above[i - step] : 0)
    }
    for (let x = 0; x < width; x++) rgb.set(row.subarray(x * step, x * step + 3), (y * width + x) * 3)
    above = row
  }
  return { width, height, rgb }
}

/** Halves the box of colours that is worth most until there are as many as asked for (median cut); gives their means. */
function cut(colours, most) {
  const measure = (list) => {
    const spans = [0, 1, 2].map((c) => {
      let [low, high] = [255, 0]
      for (const x of list) {
        if (x[c] < low) low = x[c]
        if (x[c] > high) high = x[c]
      }
      return high - low
    })
    const span = Math.max(...spans)
    const weight = list.reduce((s, x) => s + x[3], 0)
    return { list, weight, along: spans.indexOf(span), worth: list.length > 1 ? span * Math.sqrt(weight) : -1 }
  }
  const boxes = [measure(colours)]
  while (boxes.length < most) {
    const box = boxes.reduce((best, b) => (b.worth > best.worth ? b : best))
    if (box.worth < 0) break
    box.list.sort((x, y) => x[box.along] - y[box.along])
    let [half, seen] = [1, box.list[0][3]]
    while (half < box.list.length - 1 && seen < box.weight / 2) seen += box.list[half++][3]
    boxes.splice(boxes.indexOf(box), 1, measure(box.list.slice(0, half)), measure(box.list.slice(half)))
  }
  return boxes
}

function chunk(kind, content) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), content])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(content.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

/** The picture with a palette. The commonest colours are kept as they are; the rest come as near as 256 allow. */
export function thin(png) {
  const { width, height, rgb } = decode(png)
  const count = new Map()
  for (let i = 0; i < rgb.length; i += 3) {
    const key = (rgb[i] << 16) | (rgb[i + 1] << 8) | rgb[i + 2]
    count.set(key, (count.get(key) ?? 0) + 1)
  }
  const byUse = [...count].sort((a, b) => b[1] - a[1])
  const kept = byUse.slice(0, 64).map(([key]) => key)
  const index = new Map(kept.map((key, n) => [key, n]))
  const rest = byUse.slice(64).map(([key, n]) => [key >> 16, (key >> 8) & 255, key & 255, n])
  const boxes = rest.length ? cut(rest, 192) : []
  const palette = Buffer.alloc((kept.length + boxes.length) * 3)
  kept.forEach((key, n) => palette.writeUIntBE(key, n * 3, 3))
  boxes.forEach(({ list, weight }, n) => {
    for (const x of list) index.set((x[0] << 16) | (x[1] << 8) | x[2], kept.length + n)
    for (const c of [0, 1, 2]) palette[(kept.length + n) * 3 + c] = Math.round(list.reduce((s, x) => s + x[c] * x[3], 0) / weight)
  })
  const lines = Buffer.alloc((width + 1) * height)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) lines[y * (width + 1) + 1 + x] = index.get((rgb[i] << 16) | (rgb[i + 1] << 8) | rgb[i + 2])
  }
  const size = Buffer.alloc(13)
  size.writeUInt32BE(width, 0)
  size.writeUInt32BE(height, 4)
  size.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([head, chunk('IHDR', size), chunk('PLTE', palette), chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}
