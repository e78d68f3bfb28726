// The closed loop that people see: one city, and in it the chapters one after the other.

import { after, before, describe, test } from 'node:test'
import { steps as appealing } from './flow/loop/appeal.mjs'
import { steps as applying } from './flow/loop/apply.mjs'
import { steps as authorising } from './flow/loop/authorise.mjs'
import { steps as batching } from './flow/loop/batch.mjs'
import { steps as working } from './flow/loop/bench.mjs'
import { steps as watching } from './flow/loop/evidence.mjs'
import { steps as breaking } from './flow/loop/glass.mjs'
import { steps as inspecting } from './flow/loop/inspect.mjs'
import { steps as typing } from './flow/loop/keyboard.mjs'
import { steps as living } from './flow/loop/life.mjs'
import { steps as making } from './flow/loop/making.mjs'
import { steps as holdingKeys } from './flow/loop/passkey.mjs'
import { steps as coming } from './flow/loop/people.mjs'
import { steps as registering } from './flow/loop/register.mjs'
import { steps as sealing } from './flow/loop/seal.mjs'
import { steps as sharing } from './flow/loop/share.mjs'
import { steps as showing } from './flow/loop/show.mjs'
import { startBrowser } from './support/browser.mjs'
import { startCity } from './support/city.mjs'

const chapters = {
  applying,
  working,
  showing,
  sharing,
  authorising,
  appealing,
  making,
  living,
  sealing,
  batching,
  breaking,
  inspecting,
  registering,
  watching,
  typing,
  coming,
  holdingKeys,
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
