// Acting for others, and the counter: a firm's agent switches, applies for it, and reads nothing once the firm has ended
// it; a legal representative comes to the front desk, which checks, opens and hands over the case of another unit;
// an old woman without a phone puts her identity card on the reader.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setting } from '../../support/city.mjs'
import { devices, Person } from '../../support/person.mjs'
import { ask, decide } from './office.mjs'

const food = '11350102YX0100017G4350131901001'
const tiny = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')

/** Large type as the page's switch sets it, without leaving what is open. */
const enlarge = (page, on) => page.evaluate((on) => (document.documentElement.dataset.large = String(on)), on)

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

async function begin(story) {
  for (const [name, device] of [['bride', devices.phone], ['carrier', devices.phone], ['mother', devices.phone], ['freight-firm', devices.phone], ['gl-xzfw-clerk', devices.desk]]) {
    story[name] = await Person.arrive(story.browser, { city: story.city, name, device, prefix: 'people' })
    await story[name].signIn(name, name === 'gl-xzfw-clerk' ? '/console/' : '/m/')
  }
}

async function family({ mother }) {
  const { page } = mother
  await page.goto('/m/people')
  await heading(page, '家人与代办')
  await page.getByRole('heading', { name: '王一诺' }).waitFor()
  await mother.look('family')
  await page.getByRole('button', { name: '家人的证照' }).click()
  await page.getByText(/居民身份证/).waitFor()
  await mother.look('family-licenses')
  await page.getByRole('link', { name: '登记家人或授权别人' }).click()
  await heading(page, '登记家人或授权别人')
  await mother.look('ask')
}

async function agentSwitches({ bride }) {
  const { page } = bride
  await page.goto('/m/people')
  await page.getByRole('button', { name: /切换，替福州青榕货运/ }).click()
  await page.getByText(/您正在为福州青榕货运.*办事/).waitFor()
  await bride.look('acting')
  await bride.prefer({ large: true })
  await page.goto('/m/')
  await page.getByText(/您正在为福州青榕货运.*办事/).waitFor()
  await bride.look('acting-large')
  await bride.prefer({})
}

/** The agent applies for the firm from the phone; the unit decides, and the license is the firm's. */
async function agentApplies(story) {
  const { browser, city, bride } = story
  const { page } = bride
  await page.goto(`/m/matters/${food}`)
  await page.getByRole('button', { name: '开始办理' }).click()
  await heading(page, '还和谁有关')
  const person = page.getByRole('group', { name: '法定代表人' })
  await person.getByLabel('姓名').fill(city.cast.carrier.name)
  await person.getByLabel('公民身份号码').fill(city.cast.carrier.code)
  await page.getByRole('button', { name: '继续', exact: true }).click()
  await heading(page, '已经替您填好')
  await page.getByRole('heading', { name: '来自营业执照' }).waitFor()
  await bride.look('agent-filled')
  const no = new URL(page.url()).pathname.split('/')[3]
  const asked = await ask(bride, 'GET', `/me/applications/${no}`)
  const lacking = asked.form.filter((f) => f.required && !f.value && !f.from)
  const values = Object.fromEntries(lacking.map((f) => [f.name, f.options?.[0]?.value ?? (f.type === 'number' ? '60' : f.type === 'date' ? '2026-12-01' : '演示内容')]))
  await ask(bride, 'PUT', `/me/applications/${no}/form`, { version: asked.version, values })
  for (const m of asked.materials.filter((m) => m.required && m.status === 'plain')) {
    await page.goto(`/m/applications/${no}/fill?at=m-${no}-${m.seq}`)
    await heading(page, m.name)
    await page.getByLabel('选择文件或拍照').setInputFiles({ name: '材料.pdf', mimeType: 'application/pdf', buffer: tiny })
    await page.getByText('已上传：材料.pdf').waitFor()
  }
  await page.goto(`/m/applications/${no}/fill?at=check`)
  await heading(page, '核对并提交')
  await bride.look('agent-check')
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.getByText('已提交', { exact: true }).first().waitFor()

  const desk = {}
  for (const role of ['clerk', 'approver', 'reviewer']) {
    desk[role] = await Person.arrive(browser, { city, name: role, device: devices.desk, prefix: 'people' })
    await desk[role].signIn(`gl-scjg-${role}`, '/console/')
  }
  await decide(desk, no, '食品经营许可证')
  for (const p of Object.values(desk)) await p.leave()
  await page.goto('/m/')
  await page.getByText(/您正在为福州青榕货运.*办事/).waitFor()
  await page.getByRole('heading', { name: '食品经营许可证' }).first().waitFor()
  await page.goto(`/m/applications/${no}`)
  await page.getByText('已经办好。').waitFor()
}

/** The firm ends it: what the agent does next is refused, and told. */
async function firmEnds({ bride, ...story }) {
  const firm = story['freight-firm']
  await firm.page.goto('/m/people')
  const card = firm.page.getByRole('article').filter({ hasText: '授权代理' })
  await card.getByRole('button', { name: /终止/ }).click()
  await card.getByRole('button', { name: '确定终止' }).click()
  await firm.page.getByRole('heading', { name: '已经结束的' }).waitFor()
  await firm.look('ended')
  bride.expectRefusal(403, /^\/api\/v1\/me\/licenses$/)
  const refused = await bride.page.evaluate(async () => (await fetch('/api/v1/me/licenses')).status)
  assert.equal(refused, 403)
  await bride.page.goto('/m/people')
  await bride.page.getByText('代办关系已经结束，请切换回本人。').waitFor()
  await bride.look('acting-over')
  await bride.page.getByRole('button', { name: '切换回本人' }).click()
  await heading(bride.page, '我的证照')
  assert.equal(await bride.page.getByRole('button', { name: '切换回本人' }).count(), 0, 'the agent is themselves again')
}

async function counter(story) {
  const { carrier } = story
  const clerk = story['gl-xzfw-clerk']
  await carrier.page.goto('/m/presence')
  const digits = carrier.page.getByLabel('八位数字')
  await digits.waitFor()
  await carrier.look('presence')
  const code = (await digits.textContent()).replace(/\D/g, '')
  const { page } = clerk
  await page.goto('/console/window')
  await heading(page, '窗口')
  await clerk.look('window')
  await page.getByLabel('到场码（8位数字）').fill(code)
  await page.getByRole('button', { name: '核验' }).click()
  await page.getByRole('radio', { name: /福州青榕货运/ }).check()
  await clerk.look('window-guest')
  await page.getByRole('searchbox', { name: '查找事项' }).fill('食品经营许可')
  await page.getByRole('button', { name: /11350102YX0100017G4350131901001/ }).click()
  await page.getByRole('button', { name: '预检' }).click()
  await page.getByText('有，将自动调取').first().waitFor()
  await clerk.look('window-precheck')
  await enlarge(page, true)
  await clerk.look('window-precheck-large')
  await enlarge(page, false)
  await page.getByRole('button', { name: '立案' }).click()
  await page.waitForURL(/\/console\/cases\/\d+/)
  await page.getByText('福州青榕货运').first().waitFor()
  await clerk.look('window-case')
}

const readerUrl = 'http://127.0.0.1:17777'

/** Starts the reader of identity cards of a clerk's machine. */
async function startReader() {
  const process = spawn(setting('YINXIN_BIN'), ['reference', 'idreader'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(process, 'exit')
  let words = ''
  const up = new Promise((resolve) => {
    process.stderr.on('data', (chunk) => {
      words += chunk
      if (words.includes(readerUrl)) resolve()
    })
  })
  await Promise.race([
    up,
    ended.then(([code]) => {
      throw new Error(`the reader ended with ${code}: ${words}`)
    }),
  ])
  return {
    async tell(order) {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${readerUrl}/tell`, { method: 'POST', headers, body: JSON.stringify(order) })
      assert.equal(answer.status, 204, await answer.text())
    },
    async stop() {
      if (process.exitCode === null && process.signalCode === null) process.kill('SIGINT')
      await ended
    },
  }
}

async function cardOnReader(story) {
  const clerk = (story['gl-dongjie-clerk'] = await Person.arrive(story.browser, { city: story.city, name: 'gl-dongjie-clerk', device: devices.desk, prefix: 'people' }))
  clerk.hasDevice(`${readerUrl}/card`)
  await clerk.signIn('gl-dongjie-clerk', '/console/')
  const { page } = clerk
  await page.goto('/console/window')
  await heading(page, '窗口')
  const read = async (words) => {
    await page.getByRole('button', { name: '读身份证' }).click()
    await page.getByText(words).waitFor()
  }
  await read('没有找到身份证阅读器')
  await clerk.look('window-no-reader')
  const { name, code } = story.city.cast.elder
  const reader = await startReader()
  try {
    await read('阅读器上没有身份证')
    await reader.tell({ broken: true })
    await read('阅读器读不出这张身份证')
    await reader.tell({ card: { name, code }, slow: 20e9 })
    await read('阅读器3秒内没有读出')
    await reader.tell({ card: { name, code } })
    await read('身份证读卡')
  } finally {
    await reader.stop()
  }
  await page.getByRole('group', { name }).getByRole('radio', { name: '本人' }).waitFor()
  assert.equal(await page.getByRole('alert').count(), 0)
  await clerk.look('window-card')
  await page.getByRole('searchbox', { name: '查找事项' }).fill('高龄老年人津贴')
  await page.getByRole('button', { name: /11350102YX0101036N5350511914001/ }).click()
  await page.getByRole('button', { name: '预检' }).click()
  await page.getByText('有，将自动调取').first().waitFor()
  await clerk.look('window-card-precheck')
  await page.getByRole('button', { name: '立案' }).click()
  await page.waitForURL(/\/console\/cases\/\d+/)
  await page.getByText(name).first().waitFor()
  await clerk.look('window-card-case')
}

async function leave(story) {
  for (const name of ['bride', 'carrier', 'mother', 'freight-firm', 'gl-xzfw-clerk', 'gl-dongjie-clerk']) await story[name].leave()
}

export const steps = [
  ['people with relations sign in', begin],
  ['a mother sees the licenses of her child', family],
  ['an agent switches, and every page says so', agentSwitches],
  ['the agent applies, and the firm gets its license', agentApplies],
  ['the firm ends it, and the agent reads nothing more', firmEnds],
  ['the representative comes to the front desk, which opens the case', counter],
  ['somebody without a phone puts the card on the reader, and the clerk opens the case', cardOnReader],
  ['everybody leaves', leave],
]
