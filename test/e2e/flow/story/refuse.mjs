// Paper is refused by a proof; a complaint follows; what is missing, wrong or lost is told; the people who care for
// others, and those whom they care for.

import { shoot } from '../../support/album.mjs'
import { benefit, card } from './apply.mjs'
import { heading } from './desk.mjs'

async function refuse(story) {
  const { student, visitor } = story
  const { page } = student
  await page.goto('/m/refuse')
  await heading(page, '拒绝交纸质')
  await page.getByLabel('在办什么事时遇到的').fill('失业保险金')
  await page.getByRole('button', { name: '查找' }).click()
  await page.getByRole('button', { name: new RegExp(`${benefit.name}.*鼓楼区`) }).click()
  await page.getByRole('heading', { name: '窗口要的是哪一本' }).waitFor()
  await shoot(student, 'refuse')
  await page.getByRole('button', { name: `为${card.license}出证明` }).click()
  await page.getByRole('heading', { name: '可以取用，不必交纸质' }).waitFor()
  await shoot(student, 'proof')
  await visitor.page.goto(await page.getByRole('link', { name: /打开公开页面/ }).getAttribute('href'))
  await heading(visitor.page, '可以取用')
  await shoot(visitor, 'proof-public')
  await page.getByText('还是不肯？投诉').click()
  await page.getByRole('button', { name: '提交投诉' }).click()
  await heading(page, '投诉')
  await page.getByText('福州市鼓楼区人民政府').first().waitFor()
  await shoot(student, 'complaint')
}

async function missing({ student }) {
  const { page } = student
  await page.goto('/m/appeals')
  await heading(page, '补录、纠错和投诉')
  await shoot(student, 'appeals')
  await page.goto('/m/appeals/missing')
  await page.getByLabel('是哪一种证照').fill('职业资格')
  await page.getByRole('button', { name: '查找' }).click()
  await page.getByRole('main').getByRole('button', { name: /职业资格/ }).first().click()
  await page.getByLabel('证照编号（可不填）').fill('2135000012300456')
  await shoot(student, 'missing')
}

async function loss(story) {
  const { student } = story
  const { page } = student
  await page.goto(story.licensePath)
  await page.getByText('证照丢了？挂失').click()
  await page.getByRole('button', { name: '确认挂失' }).waitFor()
  await shoot(student, 'loss', 'phone', { at: (p) => p.getByText('证照丢了？挂失') })
  await page.goto(`${story.licensePath}/wrong`)
  await heading(page, '信息不对')
  await page.getByRole('checkbox', { name: '服务银行', exact: true }).check()
  await page.getByLabel('错在哪里，正确的是什么').fill('服务银行已换成三山银行，这里还是旧的。')
  await shoot(student, 'wrong')
}

async function people({ mother, agent }) {
  await mother.page.goto('/m/people')
  await heading(mother.page, '家人与代办')
  await mother.page.getByRole('button', { name: '家人的证照' }).first().click()
  await mother.page.getByText(/居民身份证/).first().waitFor()
  await shoot(mother, 'family')
  await agent.page.goto('/m/people')
  await agent.page.getByRole('button', { name: /切换，替福州青榕货运/ }).click()
  await agent.page.getByText(/您正在为福州青榕货运.*办事/).waitFor()
  await shoot(agent, 'acting')
}

export const chapters = { refuse, missing, loss, people }
