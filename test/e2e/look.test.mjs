// The eyes of these tests: they must see what is wrong, or their silence says nothing.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { startBrowser } from './support/browser.mjs'
import { devices, Person } from './support/person.mjs'

const sound = '<h1>Sound</h1><p>Nothing is wrong here.</p>'
const pages = {
  '/sound': sound,
  '/barrier': `${sound}<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">`,
  '/small-target': `${sound}<button style="width:9px;height:9px;padding:0">a</button><button style="width:9px;height:9px;padding:0">b</button>`,
  '/wide': `${sound}<div style="width:3000px">wide</div>`,
  '/spill': `${sound}<div style="display:flex"><div style="width:4em;white-space:nowrap">some words</div><div>more</div></div>`,
  '/cut': `${sound}<div style="width:4em;overflow:hidden;white-space:nowrap">some words</div>`,
  '/error': `${sound}<script>throw new Error('broken')</script>`,
  '/missing-part': `${sound}<script src="/none.js"></script>`,
  '/outside': `${sound}<script src="http://other.invalid/a.js"></script>`,
  '/policy': `${sound}<script>document.body.append(Object.assign(document.createElement('img'), { alt: '', src: 'data:,' }))</script>`,
}

let server
let browser
let city

before(async () => {
  server = createServer((req, res) => {
    const body = pages[req.url]
    const policy = req.url === '/policy' ? { 'content-security-policy': "default-src 'self'; img-src 'self'" } : {}
    res.writeHead(body ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', ...policy })
    res.end(`<!doctype html><html lang="en"><head><title>page</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head><body><main>${body ?? ''}</main></body></html>`)
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  city = { url: `http://127.0.0.1:${server.address().port}` }
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  server?.close()
})

async function lookAt(path) {
  const person = await Person.arrive(browser, { city, name: 'looker', device: devices.phone })
  await person.page.goto(path)
  await person.look(path)
  await person.leave()
}

test('a sound page passes', () => lookAt('/sound'))

for (const [path, complaint] of [
  ['/barrier', /image-alt/],
  ['/small-target', /target-size/],
  ['/wide', /wider than the screen/],
  ['/spill', /some words/],
  ['/cut', /some words/],
  ['/error', /broken/],
  ['/missing-part', /none\.js: 404/],
  ['/outside', /another host/],
  ['/policy', /Content Security Policy/],
]) {
  test(`what is wrong with ${path} is seen`, () => assert.rejects(lookAt(path), complaint))
}

test('a refusal that was expected must come', async () => {
  const person = await Person.arrive(browser, { city, name: 'looker', device: devices.desk })
  person.expectRefusal(404, /^\/none$/)
  await person.page.goto('/sound')
  await assert.rejects(person.leave(), /did not come/)
})
