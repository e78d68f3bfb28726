// What a camera would see.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'))
prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) } })

/** The texts of all QR codes in a picture (PNG). */
export async function readCodes(png) {
  const found = await readBarcodes(new Uint8Array(png), { formats: ['QRCode'], tryHarder: true })
  return found.map((f) => f.text)
}
