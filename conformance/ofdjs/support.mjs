import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

/** The value of an environment variable that the test cannot do without. */
export function setting(name) {
  const value = process.env[name]
  if (!value) throw new Error(`set ${name}`)
  return value
}

/** Starts Chromium with an empty profile and a page in which ofd.js is loaded; nothing is asked of the outside. */
export async function startReader() {
  const browser = await chromium.launch({
    executablePath: setting('YINXIN_TEST_CHROMIUM'),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  })
  const page = await browser.newPage({ viewport: { width: 1000, height: 1400 } })
  await page.setContent('<!doctype html><body style="margin:0"></body>')
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve('ofd.js/lib/ofd.umd.min.js') })
  return { browser, page }
}

/**
 * Opens a file with ofd.js and draws it into the page. Gives the text of each page's drawing by object, how many
 * pictures of seals it drew, and what ofd.js thinks of each signature. Object numbers are the z-index of what ofd.js
 * draws.
 */
export async function read({ page }, path) {
  const data = (await readFile(path)).toString('base64')
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
    const [doc] = await new Promise((success, fail) => window.ofd.parseOfdDocument({ ofd: bytes.buffer, success, fail }))
    const divs = window.ofd.renderOfd(900, doc)
    document.body.replaceChildren(...divs)
    const texts = (div) =>
      [...div.querySelectorAll('svg')].map((svg) => [
        svg.style.zIndex,
        [...svg.querySelectorAll(':scope > text')].map((t) => t.textContent).join(''),
      ])
    const signatures = new Map()
    for (const { stamp } of Object.values(doc.stampAnnot).flat()) {
      signatures.set(stamp.signedInfo.signatureID, stamp.sealObj.verifyRet)
    }
    return {
      pages: divs.map((div) => texts(div).filter(([, text]) => text !== '')),
      stamps: document.querySelectorAll('[name="seal_img_div"]').length,
      verified: [...signatures.values()],
    }
  }, data)
}

/** What share of each page drawn last is not near white, as the browser shows it. */
export async function ink({ page }) {
  const shares = []
  for (const div of await page.locator('body > div').all()) {
    const png = (await div.screenshot()).toString('base64')
    shares.push(
      await page.evaluate(async (base64) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob())
        const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')
        canvas.drawImage(image, 0, 0)
        const { data } = canvas.getImageData(0, 0, image.width, image.height)
        let dark = 0
        for (let i = 0; i < data.length; i += 4) if (Math.min(data[i], data[i + 1], data[i + 2]) < 200) dark++
        return dark / (data.length / 4)
      }, png),
    )
  }
  return shares
}

/** A value without white space; dates as 20260302. */
function plain(value) {
  const text = value.replace(/\s/g, '')
  const date = /^(\d{4})[年-](\d{1,2})[月-](\d{1,2})日?$/.exec(text)
  return date ? date[1] + date[2].padStart(2, '0') + date[3].padStart(2, '0') : text
}

/** Equal but for the mark between several values; what stands on each of several pages is shown as often. */
export function same(meta, shown) {
  const whole = plain(meta.replaceAll('^', ''))
  const once = plain(shown)
  const again = whole !== '' && once === whole.repeat(Math.floor(once.length / whole.length))
  return again || plain(meta.replaceAll('^', '、')) === once
}
