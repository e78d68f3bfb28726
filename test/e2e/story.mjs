// Takes the pictures of docs/tour/story: the story of one license in a demonstration city of its own, every main page of the
// closed loop at a desk, on a phone and in large type. Not a test: `make tour` runs it, and whoever changes a page looks
// at what comes out.

import { chapters as applying } from './flow/story/apply.mjs'
import { chapters as working } from './flow/story/console.mjs'
import { chapters as refusing } from './flow/story/refuse.mjs'
import { chapters as showing } from './flow/story/show.mjs'
import { startBrowser } from './support/browser.mjs'
import { startCity } from './support/city.mjs'
import { Person } from './support/person.mjs'

/** Who takes part: the account each signs in with, and where. */
const people = {
  student: ['student', '/m/'],
  mother: ['mother', '/m/'],
  carrier: ['carrier', '/m/'],
  agent: ['bride', '/m/'],
  doctor: ['hospital-verifier', '/m/verify'],
  clerk: ['gl-rsj-clerk', '/console/'],
  approver: ['gl-rsj-approver', '/console/'],
  reviewer: ['gl-rsj-reviewer', '/console/'],
  officer: ['gl-scjg-clerk', '/console/'],
  desk: ['gl-scjg-clerk', '/console/'],
  window: ['gl-xzfw-clerk', '/console/'],
  supervisor: ['gl-supervisor', '/console/'],
  digital: ['digital', '/console/'],
  visitor: [],
}

const screen = { viewport: { width: 390, height: 844 }, hasTouch: true, deviceScaleFactor: 1 }

/** Only the chapters named in YINXIN_TOUR (separated by commas), or all of them. */
const wanted = process.env.YINXIN_TOUR?.split(',')

// The browser's own words in what a page leaves to it, as the buttons of file fields, in the language of the pictures.
process.env.LANGUAGE = 'zh_CN'

const story = {}
let failed = 0
;[story.browser, story.city] = await Promise.all([startBrowser(), startCity('SQLite')])
try {
  for (const [name, [login, to]] of Object.entries(people)) {
    const device = to?.startsWith('/console') ? { viewport: { width: 1440, height: 900 } } : screen
    story[name] = await Person.arrive(story.browser, { city: story.city, name, device })
    if (login) await story[name].signIn(login, to)
  }
  for (const [name, chapter] of Object.entries({ ...applying, ...showing, ...refusing, ...working })) {
    if (wanted && !wanted.includes(name)) continue
    try {
      await chapter(story)
    } catch (err) {
      failed++
      console.error(`${name}: ${err.stack}`)
      for (const who of Object.keys(people)) await story[who].picture(`failed-${name}-${who}`)
    }
  }
} finally {
  await story.browser.close()
  await story.city.stop()
}
process.exitCode = failed ? 1 : 0
