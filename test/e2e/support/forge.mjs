// What a forger does: unpacks a license file, changes a word, packs it again. The package is as sound as before; only
// the seals can tell.

import assert from 'node:assert/strict'
import { crc32, inflateRawSync } from 'node:zlib'

const endSignature = 0x06054b50
const centralSize = 46
const localSize = 30

/** The entries of a ZIP package, in its order: name and content. */
function unpack(file) {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  assert.equal(file.readUInt32LE(end), endSignature, 'a ZIP package')
  const entries = []
  let at = file.readUInt32LE(end + 16)
  for (let n = file.readUInt16LE(end + 10); n > 0; n--) {
    const nameLength = file.readUInt16LE(at + 28)
    const name = file.toString('utf8', at + centralSize, at + centralSize + nameLength)
    const local = file.readUInt32LE(at + 42)
    const start = local + localSize + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const packed = file.subarray(start, start + file.readUInt32LE(at + 20))
    entries.push({ name, content: file.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed) })
    at += centralSize + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  return entries
}

/** A ZIP package of the entries, nothing compressed. */
function pack(entries) {
  const parts = []
  const directory = []
  let offset = 0
  for (const { name, content } of entries) {
    const bytes = Buffer.from(name, 'utf8')
    const common = Buffer.alloc(26) // from "version needed" to "extra field length", as both headers have it
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2) // names in UTF-8
    common.writeUInt16LE(0x21, 8) // 1 January 1980
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(bytes.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, bytes)
    const local = [Buffer.from('PK\x03\x04', 'latin1'), common, bytes, content]
    parts.push(...local)
    offset += Buffer.concat(local).length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(endSignature, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, central, end])
}

/** The file with a word replaced in one entry; the same file packed anew if nothing is to change. */
export function repack(file, entry, from, to) {
  const entries = unpack(file)
  const e = entries.find((x) => x.name === entry)
  assert.ok(e, `the file has an entry ${entry}`)
  const text = e.content.toString('utf8')
  assert.ok(text.includes(from), `${entry} has the word ${from}`)
  e.content = Buffer.from(text.replace(from, to), 'utf8')
  return pack(entries)
}
