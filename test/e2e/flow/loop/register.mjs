// A department's system, from the ledger to its first call: entered, given its key and what it may ask for, and then signed for as
// the developers' page says, with the number that the page gave the key.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { devices, Person } from '../../support/person.mjs'

const name = '餐饮审批联调系统'
const matter = '食品经营许可（新办）'
const heading = (page, text) => page.getByRole('heading', { name: text, level: 1 }).waitFor()

async function because(page, confirm) {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('变更理由').fill('新系统接入')
  await dialog.getByRole('button', { name: confirm, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

async function pick(page, label, words, option) {
  await page.getByRole('combobox', { name: label }).fill(words)
  await page.getByRole('option', { name: option }).first().click()
}

async function enter(story) {
  story.registrar = await Person.arrive(story.browser, { city: story.city, name: '数字办', device: devices.desk, prefix: 'register' })
  const { page } = story.registrar
  await story.registrar.signIn('digital', '/console/units/systems/new')
  await heading(page, '登记自建系统')
  await page.getByLabel('系统名称').fill(name)
  await pick(page, '所属单位', '福州市鼓楼区市场监督管理局', '福州市鼓楼区市场监督管理局')
  await pick(page, /办理的事项/, '食品经营许可', matter)
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await because(page, '保存')
  await heading(page, name)
  await page.getByText('接着登记公钥和共享接口').waitFor()
  await page.getByText(matter).first().waitFor()
}

/** The key is made as the developers' page tells. */
async function give(story) {
  const { page } = story.registrar
  story.keys = mkdtempSync(join(tmpdir(), 'yinxin-key-'))
  const key = join(story.keys, 'key.pem')
  execFileSync('openssl', ['genpkey', '-algorithm', 'SM2', '-out', key])
  const pem = execFileSync('openssl', ['pkey', '-in', key, '-pubout'], { encoding: 'utf8' })
  await page.getByText('还没有登记公钥').waitFor()
  await page.getByRole('button', { name: '登记公钥' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('公钥（PEM）').fill('不是公钥')
  await dialog.getByLabel('变更理由').fill('新系统接入')
  await dialog.getByRole('button', { name: '登记公钥' }).click()
  await dialog.getByText('请粘贴PEM格式的公钥。').waitFor()
  await dialog.getByLabel('公钥（PEM）').fill(pem)
  await because(page, '登记公钥')
  await page.getByText('把密钥编号告诉系统的开发人员').waitFor()
  const copy = await page.getByRole('button', { name: '复制密钥编号' }).getAttribute('aria-label')
  story.keyId = copy.split(' ').at(-1)
  await story.registrar.look('key')
}

async function allow(story) {
  const { page } = story.registrar
  await page.getByRole('link', { name: '共享接口登记' }).click()
  await heading(page, '共享接口登记')
  await page.getByText('还没有登记。').waitFor()
  await page.getByRole('link', { name: matter }).waitFor()
  await page.getByRole('button', { name: '保存登记' }).isDisabled()
  await page.getByLabel('调用地址').fill('127.0.0.1')
  await page.getByRole('button', { name: '保存登记' }).click()
  await page.getByText('请添加至少一种证照。').waitFor()
  await pick(page, '添加证照类型', '营业执照', /^营业执照/)
  await page.getByRole('group', { name: '权利' }).getByText('读取字段').click()
  await page.getByRole('button', { name: '保存登记' }).click()
  await because(page, '保存')
  await page.getByText('登记已保存。').waitFor()
  await story.registrar.look('registration')
}

async function call(story) {
  const { page } = story.registrar
  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name: /^给开发人员/ }).click()
  const docs = await opened
  await heading(docs, '部门共享接口')
  await story.registrar.look('developers', docs)
  const box = await (await page.request.get('/docs/sandbox.json')).json()
  const path = '/api/v1/elssp/getCertificateType'
  const head = { orgName: box.orgName, username: box.username, itemName: box.itemName, itemCode: box.itemCode, businessCode: box.case }
  const body = join(story.keys, 'body')
  writeFileSync(body, JSON.stringify({ head, data: {} }))
  const digest = execFileSync('openssl', ['dgst', '-sm3', '-r', body], { encoding: 'utf8' }).split(' ')[0]
  const at = new Date().toISOString()
  const nonce = randomBytes(16).toString('hex')
  const text = join(story.keys, 'text')
  writeFileSync(text, ['POST', path, at, nonce, digest].join('\n'))
  const signed = ['-sign', '-inkey', join(story.keys, 'key.pem'), '-rawin', '-digest', 'sm3', '-in', text, '-pkeyopt', 'distid:1234567812345678']
  const headers = {
    'Content-Type': 'application/json',
    'X-Yinxin-Key': story.keyId,
    'X-Yinxin-Time': at,
    'X-Yinxin-Nonce': nonce,
    'X-Yinxin-Signature': execFileSync('openssl', ['pkeyutl', ...signed]).toString('base64'),
  }
  const answer = await fetch(new URL(path, story.city.url), { method: 'POST', headers, body: readFileSync(body) })
  const told = await answer.json()
  assert.equal(told.head.status, '0', JSON.stringify(told))
  rmSync(story.keys, { recursive: true })
  await docs.close()
  await story.registrar.leave()
}

export const steps = [
  ['the digital office enters a system in the ledger, and is led on to it', enter],
  ['its public key gets a number', give],
  ['it is registered what the system may ask for', allow],
  ['the developers’ page tells how to call, and the first call is taken', call],
]
