// The life of one license, by the people it concerns, in Chromium, on both databases.

import { after, before, describe, test } from 'node:test'
import { startBrowser } from '../support/browser.mjs'
import { startCity } from '../support/city.mjs'
import { devices, Person } from '../support/person.mjs'
import { fillAndSubmit, lookAtCopy, openCase, signInAtDesk } from './counter.mjs'
import { approve, review } from './office.mjs'
import { check, checkAgain, findLicense, prove, show, whoUsed } from './phone.mjs'
import { checkFiles, printedCode } from './public.mjs'

const people = { clerk: 'desk', approver: 'desk', reviewer: 'desk', holder: 'phone', verifier: 'phone', visitor: 'desk' }

const steps = [
  ['the clerk signs in and comes to the day’s work', signInAtDesk],
  ['opens a case: both licenses are fetched by themselves, each on record', openCase],
  ['looks at the annotated copy', lookAtCopy],
  ['fills in the form, takes paper for what is no license, submits', fillAndSubmit],
  ['the approver takes the case and approves it, and cannot publish', approve],
  ['a second person reviews the license and publishes it', review],
  ['the holder finds the license on the phone', findLicense],
  ['shows it by a code that a camera reads', show],
  ['the verifier opens the code as often as needed and checks it once', check],
  ['a second check is refused in words', checkAgain],
  ['the holder sees who used it', whoUsed],
  ['and checks the proof of two records', prove],
  ['anybody checks the file: valid as it is, not when changed', checkFiles],
  ['anybody reads the printed code: type and state only', printedCode],
]

/** Declares the tests of the whole flow on one database, and more steps in the city that it leaves. */
export function testFlow(database, more = []) {
  describe(`the life of a license on ${database}`, () => {
    const story = {}
    let broken = ''

    before(async () => {
      ;[story.browser, story.city] = await Promise.all([startBrowser(), startCity(database)])
      const prefix = database.toLowerCase()
      for (const [name, device] of Object.entries(people)) {
        story[name] = await Person.arrive(story.browser, { city: story.city, name, device: devices[device], prefix })
      }
    })

    after(async () => {
      await story.browser?.close()
      await story.city?.stop()
    })

    for (const [name, step] of [...steps, ...more]) {
      test(name, { timeout: 180_000 }, async (t) => {
        if (broken) return t.skip(`not reached: “${broken}” failed`)
        try {
          await step(story)
        } catch (err) {
          broken = name
          for (const who of Object.keys(people)) await story[who].picture(`failed-${database}-${who}`).catch(() => undefined)
          throw err
        }
      })
    }

    test('nobody met an error that was not told', async () => {
      for (const who of Object.keys(people)) await story[who].leave()
    })
  })
}
