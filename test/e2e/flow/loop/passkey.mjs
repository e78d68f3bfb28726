// A passkey, by Chromium's virtual authenticator: enrolled on the page of the own ways of confirming, it confirms what weighs much;
// removed, it confirms nothing, not even by an answer that it gave before.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'

const login = 'gl-cl-clerk'
const key = '试验钥匙'
const page = '/console/settings/factors'
const item = (p, name) => p.locator('.yxc-list li').filter({ hasText: name })
const dialog = (p) => p.locator('.yxc-dialog')

async function enrol(story) {
  // Passkeys are bound to a name; this machine has one.
  const city = { ...story.city, url: story.city.url.replace('127.0.0.1', 'localhost') }
  const person = (story.keyOwner = await Person.arrive(story.browser, { city, name: '通行密钥', device: devices.desk, prefix: 'passkey' }))
  const devtools = await person.page.context().newCDPSession(person.page)
  await devtools.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true }
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options })
  await person.signIn(login, page)
  await person.look('list')
  await person.page.getByRole('button', { name: '再登记一种' }).click()
  await person.page.getByLabel('通行密钥').check()
  await person.page.getByLabel('名称').fill(key)
  await person.page.getByLabel('登录密码').fill(city.passwords[login])
  await person.page.getByRole('button', { name: '下一步' }).click()
  await item(person.page, key).waitFor()
  await person.page.getByText('登记了通行密钥').waitFor()
  await person.look('enrolled')
}

/** Signs out and in, so that nothing is confirmed any more. */
async function anew(person) {
  await person.page.getByRole('button', { name: '退出' }).click()
  await person.page.waitForURL((url) => url.pathname === '/login')
  await person.signIn(login, page)
}

async function rename(p, name, to) {
  await item(p, name).getByRole('button', { name: '改名' }).click()
  await item(p, name).getByLabel('名称').fill(to)
  await item(p, name).getByRole('button', { name: '保存' }).click()
}

async function confirm({ keyOwner: person }) {
  person.confirms = false
  await anew(person)
  await rename(person.page, key, '我的钥匙')
  await dialog(person.page).getByRole('button', { name: '使用通行密钥' }).waitFor()
  await person.look('dialog')
  await dialog(person.page).getByRole('button', { name: '使用通行密钥' }).click()
  await dialog(person.page).waitFor({ state: 'detached' })
  await item(person.page, '我的钥匙').waitFor()
}

/** What the browser's key answers to a challenge of now, kept back. */
const answer = (p) =>
  p.evaluate(async () => {
    const { options } = await (await fetch('/api/v1/session/confirm/passkey', { method: 'POST' })).json()
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
    return (await navigator.credentials.get({ publicKey })).toJSON()
  })

async function remove({ keyOwner: person }) {
  const { page: p } = person
  const kept = await answer(p)
  await item(p, '我的钥匙').getByRole('button', { name: '删除' }).click()
  await p.getByRole('button', { name: '确定删除' }).click()
  await item(p, '我的钥匙').waitFor({ state: 'detached' })
  person.expectRefusal(403, /\/session\/confirm\/passkey\/finish$/)
  const refused = await p.evaluate(async (kept) => {
    const r = await fetch('/api/v1/session/confirm/passkey/finish', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ answer: kept }) })
    return (await r.json()).code
  }, kept)
  assert.equal(refused, 'authn.passkey')
  await anew(person)
  const [left] = await p.locator('.yxc-list strong').allTextContents()
  await rename(p, left, '别的名称')
  await dialog(p).locator('.yxc-code').waitFor()
  assert.equal(await dialog(p).getByRole('button', { name: '使用通行密钥' }).count(), 0, 'a removed passkey is offered')
  await dialog(p).getByRole('button', { name: '取消' }).click()
  await person.leave()
}

export const steps = [
  ['a passkey is enrolled, and the page tells of it', enrol],
  ['it confirms what weighs much', confirm],
  ['removed, it confirms nothing', remove],
]
