// A person at a browser of their own, watched: what the page complains of, what fails to load, and whether axe-core
// finds a barrier.

import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { confirmStrongly } from './code.mjs'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Where pictures of the pages are left: of those on which a test failed, and with YINXIN_TEST_PICTURES of all that are looked at. */
export const out = fileURLToPath(new URL('../out', import.meta.url))

const desk = { viewport: { width: 1440, height: 900 } }
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
export const devices = { desk, phone, small: { ...phone, viewport: { width: 320, height: 640 } } }

/** Runs in the page: texts that stick out of a box around them, to lie over what is beside it or be cut off. */
function findSpills() {
  const spills = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const range = document.createRange()
    range.selectNodeContents(texts.currentNode)
    for (const line of range.getClientRects()) {
      for (let box = texts.currentNode.parentElement; box && line.width > 0; box = box.parentElement) {
        const style = getComputedStyle(box)
        const edge = box.getBoundingClientRect()
        // Hidden from sight on purpose, or to be scrolled.
        if (edge.width <= 1 || style.visibility === 'hidden' || /auto|scroll/.test(style.overflowX)) break
        if (!/^(inline|contents)$/.test(style.display) && (line.right > edge.right + 1 || line.left < edge.left - 1)) {
          spills.push(`“${texts.currentNode.textContent.trim()}” out of <${box.localName} class="${box.className}">`)
          break
        }
        if (/absolute|fixed/.test(style.position)) break
      }
    }
  }
  return [...new Set(spills)]
}

export class Person {
  /** Whether this person confirms at once when a page asks them to. */
  confirms = true
  #faults = []
  #expected = []
  #devices = []
  #underWay = new Set()
  #context
  #origin
  #prefix

  /** Opens a browser context. prefix begins the names of this person's pictures; empty: none are kept. */
  static async arrive(browser, { city, name, device, prefix, script = true }) {
    const context = await browser.newContext({
      ...device,
      baseURL: city.url,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
      javaScriptEnabled: script,
      permissions: script ? ['clipboard-write'] : [],
    })
    context.setDefaultTimeout(15_000)
    await context.addInitScript({ path: axePath })
    const person = new Person()
    person.name = name
    person.city = city
    person.#context = context
    person.#origin = city.url
    person.#prefix = prefix
    context.on('page', (page) => person.#watch(page))
    person.page = await context.newPage()
    return person
  }

  #watch(page) {
    page.on('console', (m) => {
      // A failed load is heard of below, with its address.
      if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) this.#fault(page, `console: ${m.text()}`)
    })
    page.on('pageerror', (err) => this.#fault(page, `script: ${err.stack ?? err}`))
    page.on('request', (r) => {
      this.#underWay.add(r)
      const outside = /^https?:/.test(r.url()) && !r.url().startsWith(this.#origin) && !this.#ofDevice(r)
      if (outside) this.#fault(page, `request to another host: ${r.url()}`)
    })
    page.on('requestfinished', (r) => this.#underWay.delete(r))
    page.on('requestfailed', (r) => {
      this.#underWay.delete(r)
      // Leaving a page, and a download, end requests early.
      if (!this.#ofDevice(r) && r.failure()?.errorText !== 'net::ERR_ABORTED') this.#fault(page, `${r.method()} ${r.url()}: ${r.failure()?.errorText}`)
    })
    page.on('response', (r) => this.#answered(page, r))
  }

  async #answered(page, r) {
    if (r.status() < 400 || this.#ofDevice(r.request())) return
    if (r.status() === 403 && (await this.#asksToConfirm(r))) {
      if (this.confirms) await confirmStrongly(page, this.city, this.login).catch((err) => this.#fault(page, `confirm: ${err.stack}`))
      return
    }
    const at = this.#expected.findIndex((e) => e.status === r.status() && e.path.test(new URL(r.url()).pathname))
    if (at >= 0) this.#expected.splice(at, 1)
    else this.#fault(page, `${r.request().method()} ${r.url()}: ${r.status()}`)
  }

  /** Whether the server wants to be sure that it is this person: no fault, the page asks them. */
  async #asksToConfirm(r) {
    return (await r.json().catch(() => undefined))?.code === 'authn.confirm'
  }

  #fault(page, text) {
    this.#faults.push(`${this.name} at ${new URL(page.url()).pathname}: ${text}`)
  }

  /** Says that the server will refuse something once: any other refusal is a fault, and so is this one not coming. */
  expectRefusal(status, path) {
    this.#expected.push({ status, path })
  }

  /** Says that pages may ask a device of this person's own machine, which may also fail or not be there. */
  hasDevice(url) {
    this.#devices.push(url)
  }

  #ofDevice(request) {
    return this.#devices.includes(request.url())
  }

  async signIn(login, to) {
    if (to) this.expectRefusal(401, /^\/api\/v1\/session$/)
    await this.page.goto(to ?? '/login')
    await this.page.waitForURL((url) => url.pathname === '/login')
    await this.giveAccount(login)
  }

  /** Fills in the sign-in form that is on the page. */
  async giveAccount(login) {
    this.login = login
    await this.page.getByLabel('账号').fill(login)
    await this.page.getByLabel('密码').fill(this.city.passwords[login])
    await this.page.getByRole('main').getByRole('button', { name: '登录' }).click()
    await this.page.waitForURL((url) => url.pathname !== '/login')
  }

  /** Sets language and size as the links and switches of the pages do: for all pages, from the next one on. */
  async prefer({ lang = 'zh', large = false }) {
    const cookie = (name, value) => ({ name, value, url: this.#origin })
    await this.#context.addCookies([cookie('yx_lang', lang), cookie('yx_large', large ? '1' : '0')])
  }

  /** Waits until nothing is loading, nothing moves and the page has been drawn. */
  async settle(page = this.page) {
    await page.waitForLoadState('load')
    for (let quiet = 0; quiet < 2; quiet = this.#underWay.size > 0 ? 0 : quiet + 1) {
      await page.evaluate(async () => {
        const moving = document.getAnimations().filter((a) => Number.isFinite(a.effect?.getComputedTiming().endTime))
        await Promise.all(moving.map((a) => a.finished.catch(() => undefined)))
        await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
      })
    }
  }

  /** Looks the page over as it is now: no barrier found by axe-core, nothing wider than the screen; keeps a picture. */
  async look(name, page = this.page) {
    await this.settle(page)
    if (this.#prefix && process.env.YINXIN_TEST_PICTURES) await this.picture(`${this.#prefix}-${name}`, page)
    const axe = (runOnly) => page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ['violations'] }), runOnly)
    let { violations } = await axe(axeTags)
    // What lies half under the bar at the screen's foot is in reach after a turn of the wheel: it is a barrier if it still is one then.
    if (violations.some((v) => v.id === 'target-size')) {
      await page.evaluate(() => scrollBy(0, 120))
      await this.settle(page)
      const then = await axe({ type: 'rule', values: ['target-size'] })
      violations = violations.filter((v) => v.id !== 'target-size').concat(then.violations)
      await page.evaluate(() => scrollBy(0, -120))
    }
    const barriers = violations.map((v) => `${v.id} (${v.impact}): ${v.help}\n${v.nodes.map((n) => `    ${n.target.join(' ')}\n      ${n.failureSummary.replaceAll('\n', '\n      ')}`).join('\n')}`)
    assert.deepEqual(barriers, [], `axe-core on ${name} (${page.url()}):\n${barriers.join('\n')}`)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.ok(wide <= 0, `${name} (${page.url()}) is ${wide} px wider than the screen`)
    assert.deepEqual(await page.evaluate(findSpills), [], `text leaves its box on ${name} (${page.url()})`)
    this.assertQuiet()
  }

  async picture(name, page = this.page) {
    await mkdir(out, { recursive: true })
    // A desk is seen as the screen shows it, with what sticks to its edge; a phone from top to bottom, if it has one.
    const narrow = page.viewportSize().width < desk.viewport.width
    const tall = await page.evaluate(() => document.documentElement.scrollHeight)
    await page.screenshot({ path: join(out, `${name}.png`), fullPage: narrow && tall < 8000 })
  }

  /** Fails if anything went wrong that nobody expected. */
  assertQuiet() {
    assert.deepEqual(this.#faults, [], this.#faults.join('\n'))
  }

  async leave() {
    await this.#context.close()
    this.assertQuiet()
    assert.deepEqual(this.#expected, [], `${this.name}: a refusal did not come`)
  }
}
