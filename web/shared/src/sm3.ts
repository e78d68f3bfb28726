// SM3 (GB/T 32905), the hash of the evidence log, so that a phone can check a proof by itself.

const iv = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]

const rotl = (x: number, n: number) => (x << (n & 31)) | (x >>> ((32 - n) & 31))
const p0 = (x: number) => x ^ rotl(x, 9) ^ rotl(x, 17)
const p1 = (x: number) => x ^ rotl(x, 15) ^ rotl(x, 23)

/** Length of a hash in bytes. */
export const sm3Size = 32

/** The SM3 hash of the parts, one after another. */
export function sm3(...parts: Uint8Array[]): Uint8Array {
  const padded = pad(join(parts))
  const view = new DataView(padded.buffer)
  const v = Int32Array.from(iv)
  for (let at = 0; at < padded.length; at += 64) compress(v, view, at)
  const out = new DataView(new ArrayBuffer(sm3Size))
  v.forEach((word, i) => out.setInt32(i * 4, word))
  return new Uint8Array(out.buffer)
}

/** The parts as one run of bytes. */
export function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const p of parts) {
    all.set(p, at)
    at += p.length
  }
  return all
}

function pad(msg: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.ceil((msg.length + 9) / 64) * 64)
  out.set(msg)
  out[msg.length] = 0x80
  const view = new DataView(out.buffer)
  view.setUint32(out.length - 8, Math.floor(msg.length / 0x2000_0000))
  view.setUint32(out.length - 4, (msg.length << 3) >>> 0)
  return out
}

function expand(view: DataView, at: number): Int32Array {
  const w = new Int32Array(68)
  for (let j = 0; j < 16; j++) w[j] = view.getInt32(at + j * 4)
  for (let j = 16; j < 68; j++) {
    w[j] = p1(w[j - 16]! ^ w[j - 9]! ^ rotl(w[j - 3]!, 15)) ^ rotl(w[j - 13]!, 7) ^ w[j - 6]!
  }
  return w
}

function compress(v: Int32Array, view: DataView, at: number): void {
  const w = expand(view, at)
  let [a, b, c, d, e, f, g, h] = v as unknown as [number, number, number, number, number, number, number, number]
  for (let j = 0; j < 64; j++) {
    const early = j < 16
    const ss1 = rotl((rotl(a, 12) + e + rotl(early ? 0x79cc4519 : 0x7a879d8a, j)) | 0, 7)
    const ss2 = ss1 ^ rotl(a, 12)
    const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
    const gg = early ? e ^ f ^ g : (e & f) | (~e & g)
    const tt1 = (ff + d + ss2 + (w[j]! ^ w[j + 4]!)) | 0
    const tt2 = (gg + h + ss1 + w[j]!) | 0
    ;[a, b, c, d] = [tt1, a, rotl(b, 9), c]
    ;[e, f, g, h] = [p0(tt2), e, rotl(f, 19), g]
  }
  ;[a, b, c, d, e, f, g, h].forEach((x, i) => (v[i] = v[i]! ^ x))
}
