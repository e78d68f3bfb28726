// Pictures for docs/tour: taken as a screen shows a page, made small, kept.

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { thin } from './thin.mjs'

const album = fileURLToPath(new URL('../../../docs/tour', import.meta.url))

/** Keeps a picture (PNG) as docs/tour/<name>.png and says so if it is larger than most bytes. */
export async function keep(name, screenshot, most) {
  const png = thin(screenshot)
  if (png.length > most) console.error(`${name}.png has ${Math.round(png.length / 1024)} KiB`)
  const file = join(album, `${name}.png`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, png)
  console.log(`${name}.png`)
}

const desk = { width: 1440, least: 900, most: 1500 }
const phone = { width: 390, least: 844, most: 1800 }

/** The three ways a page is seen: how wide, how high at least and at most, and whether in large type. */
const sights = {
  phone: { '1440': desk, '390': phone, '390-large': { ...phone, most: 2200, large: true } },
  desk: { '1440': desk, '390': phone, '1440-large': { ...desk, large: true } },
}

/** Asks the page for normal or large type as its switch does, without leaving what is open in it. */
const setLarge = (page, on) => page.evaluate((on) => (document.documentElement.dataset.large = String(on)), on)

/** Waits until the pictures on the page are drawn: those far down load only when they come near. */
const drawn = (page) =>
  page.evaluate(async () => {
    const seen = [...document.images].filter((i) => i.getClientRects().length > 0)
    await Promise.all(seen.map((i) => i.complete || new Promise((done) => i.addEventListener('load', done, { once: true }))).map((p) => Promise.race([p, new Promise((late) => setTimeout(late, 3000))])))
  })

/** Takes the page that a person has open in its three sizes, as it is: nothing is loaded again. at: begin there. */
export async function shoot(person, name, kind = 'phone', { most = 150 * 1024, at } = {}) {
  const { page } = person
  const before = page.viewportSize()
  for (const [size, { width, least, most: highest, large = false }] of Object.entries(sights[kind])) {
    await page.setViewportSize({ width, height: least })
    await setLarge(page, large)
    await page.evaluate(() => document.activeElement?.blur())
    await page.mouse.move(0, 0)
    await person.settle()
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    await page.setViewportSize({ width, height: Math.min(Math.max(height, least), highest) })
    if (at) await at(page).evaluate((e) => window.scrollTo(0, window.scrollY + e.getBoundingClientRect().top - 96))
    else await page.evaluate(() => window.scrollTo(0, 0))
    await drawn(page)
    await person.settle()
    await keep(`story/${name}-${size}`, await page.screenshot(), most)
  }
  await setLarge(page, false)
  await page.setViewportSize(before)
}
