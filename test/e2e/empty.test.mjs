// An empty platform is set up by people alone, up to its first license.

import { after, before, describe, test } from 'node:test'
import { makeType } from './flow/catalog.mjs'
import { after as afterwards, before as first } from './flow/setup.mjs'
import { startBrowser } from './support/browser.mjs'
import { startCity } from './support/city.mjs'
import { devices, Person } from './support/person.mjs'

const people = ['admin', 'digital', 'matters', 'clerk', 'approver', 'reviewer']

describe('an empty platform', () => {
  const story = {}
  let broken = ''

  before(async () => {
    ;[story.browser, story.city] = await Promise.all([startBrowser(), startCity('SQLite', { empty: true })])
    for (const name of people) {
      story[name] = await Person.arrive(story.browser, { city: story.city, name, device: devices.desk, prefix: `empty-${name}` })
    }
  })

  after(async () => {
    await story.browser?.close()
    await story.city?.stop()
  })

  for (const [name, step] of [...first, ...makeType, ...afterwards]) {
    test(name, { timeout: 120_000 }, async (t) => {
      if (broken) return t.skip(`not reached: “${broken}” failed`)
      try {
        await step(story)
      } catch (err) {
        broken = name
        for (const who of people) await story[who].picture(`failed-empty-${who}`).catch(() => undefined)
        throw err
      }
    })
  }

  test('nobody met an error that was not told', async () => {
    for (const who of people) await story[who].leave()
  })
})
