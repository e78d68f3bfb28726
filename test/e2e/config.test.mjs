// The city set up by its people, without a programmer: license types, units, matters.

import { after, before, describe, test } from 'node:test'
import { catalogSteps } from './flow/catalog.mjs'
import { steps as matterSteps } from './flow/matter.mjs'
import { orgSteps } from './flow/org.mjs'
import { startBrowser } from './support/browser.mjs'
import { startCity } from './support/city.mjs'

const chapters = { 'license types': catalogSteps, 'units and settings': orgSteps, 'matters and lists': matterSteps }

for (const [chapter, steps] of Object.entries(chapters)) {
  describe(`configuration of ${chapter}`, () => {
    const story = {}
    let broken = ''

    before(async () => {
      ;[story.browser, story.city] = await Promise.all([startBrowser(), startCity('SQLite')])
    })

    after(async () => {
      await story.browser?.close()
      await story.city?.stop()
    })

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
