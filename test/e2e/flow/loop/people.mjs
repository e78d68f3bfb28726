// Acting for others, and the counter: a firm's agent switches, is shown it, and reads nothing once the firm has ended
// it; a legal representative comes to the front desk, which checks, opens and hands over the case of another unit.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'

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
  await heading(bride.page, /./)
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
  await clerk.prefer({ large: true })
  await clerk.prefer({})
  await page.getByRole('button', { name: '立案' }).click()
  await page.waitForURL(/\/console\/cases\/\d+/)
  await page.getByText('福州青榕货运').first().waitFor()
  await clerk.look('window-case')
}

async function leave(story) {
  for (const name of ['bride', 'carrier', 'mother', 'freight-firm', 'gl-xzfw-clerk']) await story[name].leave()
}

export const steps = [
  ['people with relations sign in', begin],
  ['a mother sees the licenses of her child', family],
  ['an agent switches, and every page says so', agentSwitches],
  ['the firm ends it, and the agent reads nothing more', firmEnds],
  ['the representative comes to the front desk, which opens the case', counter],
  ['everybody leaves', leave],
]
