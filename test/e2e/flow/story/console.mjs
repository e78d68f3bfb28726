// The other side of the counter: the day's work, the queue, a case that a commitment carries, the window, the appeals and
// those who supervise.

import { shoot } from '../../support/album.mjs'
import { ask, heading, tell } from './desk.mjs'

const food = '11350102YX0100017G4350131901001'
const identity = '法定代表人居民身份证'

async function work({ officer }) {
  const { page } = officer
  await page.goto('/console/today')
  await heading(page, '今日待办')
  await shoot(officer, 'today', 'desk')
  await page.goto('/console/cases?queue=unit')
  await heading(page, '办件')
  await page.getByRole('table').waitFor()
  await shoot(officer, 'queue', 'desk')
}

/** The source of identity cards is down: the case goes on by commitment. */
async function commitment(story) {
  const { officer, city } = story
  const { page } = officer
  await tell(story, { down: true })
  const opened = await ask(officer, 'POST', '/cases', {
    matterCode: food,
    applicant: { code: city.cast['freight-firm'].code },
    representative: { code: city.cast.carrier.code },
    idempotencyKey: `story-${Date.now()}`,
  })
  await page.goto(`/console/cases/${opened.caseNo}`)
  await heading(page, '食品经营许可（新办）')
  await page.getByRole('button', { name: `容缺或承诺：${identity}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('申请人已看过以上内容，并当面签名').click()
  await shoot(officer, 'commitment', 'desk')
  await dialog.getByRole('button', { name: '登记承诺' }).click()
  await page.getByText('等待证照').first().waitFor()
  await ask(officer, 'PUT', `/cases/${opened.caseNo}/form`, {
    version: (await ask(officer, 'GET', `/cases/${opened.caseNo}`)).version,
    values: { items: '预包装食品销售' },
  })
  await page.reload()
  await page.getByText('等待证照').first().waitFor()
  await page.keyboard.press('c')
  await shoot(officer, 'case', 'desk')
  await tell(story, {})
}

async function counter({ window, carrier }) {
  await carrier.page.goto('/m/presence')
  const digits = carrier.page.getByLabel('八位数字')
  await digits.waitFor()
  await shoot(carrier, 'presence')
  const { page } = window
  await page.goto('/console/window')
  await heading(page, '窗口')
  await page.getByLabel('到场码（8位数字）').fill((await digits.textContent()).replace(/\D/g, ''))
  await page.getByRole('button', { name: '核验' }).click()
  await page.getByRole('radio', { name: /福州青榕货运/ }).check()
  await page.getByRole('searchbox', { name: '查找事项' }).fill('食品经营许可')
  await page.getByRole('button', { name: new RegExp(food) }).click()
  await page.getByRole('button', { name: '预检' }).click()
  await page.getByText('有，将自动调取').first().waitFor()
  await shoot(window, 'window', 'desk')
}

async function appeals({ desk }) {
  const { page } = desk
  await page.goto('/console/appeals')
  await heading(page, '诉求')
  await page.getByRole('table').waitFor()
  await shoot(desk, 'appeals-desk', 'desk')
  await page.getByRole('row').filter({ hasText: '信息不对' }).getByRole('link', { name: '信息不对' }).first().click()
  await page.getByRole('button', { name: '领办' }).click()
  await page.getByRole('button', { name: /登记内容无误/ }).waitFor()
  await shoot(desk, 'appeal-desk', 'desk')
}

async function supervise({ supervisor }) {
  const { page } = supervisor
  await page.goto('/console/supervise')
  await heading(page, '违规记录')
  await page.getByRole('table').waitFor()
  await shoot(supervisor, 'supervise', 'desk')
  await page.getByRole('row').filter({ hasText: '系统识别' }).getByRole('link').first().click()
  await page.getByRole('heading', { name: '证据' }).waitFor()
  await shoot(supervisor, 'violation', 'desk')
}

async function gaps({ digital }) {
  const { page } = digital
  await page.goto('/console/units/feed')
  await page.getByRole('heading', { name: '各系统的序号' }).waitFor()
  await shoot(digital, 'gaps', 'desk')
}

export const chapters = { work, commitment, counter, appeals, supervise, gaps }
