// The closed loop that people see: one city, and in it the chapters one after the other.

import { after, before, describe, test } from 'node:test'


import { startBrowser } from './support/browser.mjs'
import { startCity } from './support/city.mjs'

import { steps as bench } from './flow/loop/bench.mjs'
const chapters = { bench,
}

describe('the closed loop', () => {
  const story = {}

  before(async () => {
    ;[story.browser, story.city] = await Promise.all([startBrowser(), startCity('SQLite')])
  })

  after(async () => {
    await story.browser?.close()
    await story.city?.stop()
  })

  for (const [chapter, steps] of Object.entries(chapters)) {
    describe(chapter, () => {
      let broken = ''
      for (const [name, step] of steps) {
        test(name, { timeout: 180_000 }, async (t) => {
          if (broken) return t.skip(`not reached: “${broken}” failed`)
          try {
            await step(story)
          } catch (err) {
            broken = name
            throw err
          }
        })
      }
    })
  }
})
