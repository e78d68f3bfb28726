// ofd.js draws every file of the corpus in Chromium: each value of the data index stands where the index says, each
// seal is drawn on its page, no page is blank, and every seal's signature holds for ofd.js too.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ink, read, same, setting, startReader } from './support.mjs'

// ofd.js takes most of its time to verify seals, so several files are read at once, each in a browser of its own.
const READERS = 2

const folder = setting('YINXIN_CORPUS_DIR')
const corpus = JSON.parse(await readFile(join(folder, 'corpus.json'), 'utf8'))

const free = []
before(async () => {
  for (let i = 0; i < READERS; i++) free.push(await startReader())
})
after(() => Promise.all(free.map((reader) => reader.browser.close())))

test('the corpus is whole', () => assert.ok(corpus.length >= 200, `only ${corpus.length} files`))

describe('corpus', { concurrency: READERS }, () => {
  for (const [i, want] of corpus.entries()) {
    test(want.file, async () => {
      const reader = free.pop()
      try {
        // A picture costs more than reading, so only some files are looked at.
        await judge(reader, want, i % 6 === 0 || want.pages > 1)
      } finally {
        free.push(reader)
      }
    })
  }
})

async function judge(reader, want, look) {
  const { pages, stamps, verified } = await read(reader, join(folder, want.file))
  assert.equal(pages.length, want.pages, 'pages')
  const shown = new Map(pages.flat())
  for (const [item, objects] of Object.entries(want.index)) {
    const text = objects.map((id) => shown.get(id) ?? '').join('')
    assert.ok(same(want.values[item], text), `${item}: the metadata say ${want.values[item]}, ofd.js shows ${text}`)
  }
  assert.equal(stamps, want.seals + (want.pages > 1 ? want.pages : 0), 'pictures of seals')
  assert.deepEqual(verified, Array(want.seals).fill(true), 'signatures that hold')
  if (look) for (const share of await ink(reader)) assert.ok(share > 0.005, 'a page is blank')
}
