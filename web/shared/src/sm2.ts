// Verification of SM2 signatures (GB/T 32918.2 and .5) with SM3 and the default signer's id. Only public values
// pass through here, so plain big integers that take their time serve well.

import { sm3 } from './sm3'

const p = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn
const a = p - 3n
const b = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n
const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
const gx = 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n
const gy = 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n

const defaultId = new TextEncoder().encode('1234567812345678')

/** A point in Jacobian coordinates; z = 0 is the point at infinity. */
type Point = readonly [x: bigint, y: bigint, z: bigint]

const infinity: Point = [1n, 1n, 0n]
const generator: Point = [gx, gy, 1n]

const mod = (x: bigint, m: bigint = p) => ((x % m) + m) % m

function double([x, y, z]: Point): Point {
  if (z === 0n || y === 0n) return infinity
  const zz = mod(z * z)
  const m = mod(3n * (x - zz) * (x + zz)) // 3x² + az⁴ with a = −3
  const yy = mod(y * y)
  const s = mod(4n * x * yy)
  const x3 = mod(m * m - 2n * s)
  return [x3, mod(m * (s - x3) - 8n * yy * yy), mod(2n * y * z)]
}

function add(one: Point, two: Point): Point {
  const [x1, y1, z1] = one
  const [x2, y2, z2] = two
  if (z1 === 0n) return two
  if (z2 === 0n) return one
  const zz1 = mod(z1 * z1)
  const zz2 = mod(z2 * z2)
  const u1 = mod(x1 * zz2)
  const s1 = mod(y1 * zz2 * z2)
  const h = mod(x2 * zz1 - u1)
  const r = mod(y2 * zz1 * z1 - s1)
  if (h === 0n) return r === 0n ? double(one) : infinity
  const hh = mod(h * h)
  const v = mod(u1 * hh)
  const x3 = mod(r * r - hh * h - 2n * v)
  return [x3, mod(r * (v - x3) - s1 * hh * h), mod(h * z1 * z2)]
}

/** s·G + t·P in one walk over the bits. */
function combine(s: bigint, t: bigint, pub: Point): Point {
  const both = add(generator, pub)
  let sum = infinity
  for (let bit = 255n; bit >= 0n; bit--) {
    sum = double(sum)
    const pick = ((s >> bit) & 1n) + 2n * ((t >> bit) & 1n)
    if (pick === 1n) sum = add(sum, generator)
    else if (pick === 2n) sum = add(sum, pub)
    else if (pick === 3n) sum = add(sum, both)
  }
  return sum
}

function inverse(x: bigint): bigint {
  let [r0, r1, t0, t1] = [p, mod(x), 0n, 1n]
  while (r1 !== 0n) {
    const q = r0 / r1
    ;[r0, r1, t0, t1] = [r1, r0 - q * r1, t1, t0 - q * t1]
  }
  return mod(t0)
}

const toInt = (bytes: Uint8Array) => bytes.reduce((x, byte) => (x << 8n) | BigInt(byte), 0n)

function toBytes(x: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((x >> BigInt(8 * (31 - i))) & 0xffn))
}

/** e = SM3(Z ‖ message), where Z binds the signer's id and key. */
function digest(pub: Uint8Array, message: Uint8Array): bigint {
  const bits = defaultId.length * 8
  const curve = [a, b, gx, gy].map(toBytes)
  const z = sm3(Uint8Array.of(bits >> 8, bits & 0xff), defaultId, ...curve, pub)
  return toInt(sm3(z, message))
}

/** Reads a DER INTEGER at an offset: its value and where it ends. */
function integer(der: Uint8Array, at: number): { value: bigint; end: number } | undefined {
  const length = der[at + 1] ?? 0
  const end = at + 2 + length
  const first = der[at + 2] ?? 0x80
  const padded = first === 0 && length > 1 && (der[at + 3] ?? 0) < 0x80
  if (der[at] !== 0x02 || length === 0 || length > 33 || end > der.length || first >= 0x80 || padded) return undefined
  return { value: toInt(der.subarray(at + 2, end)), end }
}

function readSignature(der: Uint8Array): { r: bigint; s: bigint } | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined
  const r = integer(der, 2)
  const s = r && integer(der, r.end)
  return r && s && s.end === der.length ? { r: r.value, s: s.value } : undefined
}

function readPoint(pub: Uint8Array): Point | undefined {
  const [x, y] = [toInt(pub.subarray(0, 32)), toInt(pub.subarray(32))]
  const onCurve = x < p && y < p && mod(y * y) === mod(x * x * x + a * x + b)
  return pub.length === 64 && onCurve ? [x, y, 1n] : undefined
}

/** Reports whether a DER signature is the one of a public key (65 bytes, 04 ‖ x ‖ y) over a message. */
export function verifySM2(pub: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const sig = readSignature(signature)
  const point = pub[0] === 4 ? readPoint(pub.subarray(1)) : undefined
  if (!sig || !point) return false
  const { r, s } = sig
  const t = (r + s) % n
  if (r < 1n || r >= n || s < 1n || s >= n || t === 0n) return false
  const [x, , z] = combine(s, t, point)
  if (z === 0n) return false
  const x1 = mod(x * inverse(mod(z * z)))
  return (digest(pub.subarray(1), message) + x1) % n === r
}
