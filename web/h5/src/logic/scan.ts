import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader'
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url'

const options: ReaderOptions = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 }

/** Readies the reader: its WebAssembly comes from this server. Loading twice is loading once. */
export function readyScanner(): Promise<unknown> {
  return prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true })
}

/** The text of the QR code in a picture or a video frame; undefined if there is none. */
export async function readQR(picture: Blob | ImageData): Promise<string | undefined> {
  await readyScanner()
  const found = await readBarcodes(picture, options)
  return found.find((r) => r.isValid)?.text
}

/** Whether this browser lets a page use a camera at all: it needs a secure connection. */
export function hasCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === 'function'
}
