// A case opened and approved without ever touching a pointer.

import assert from 'node:assert/strict'
import { devices, Person } from '../support/person.mjs'
import { material, matter } from './counter.mjs'

/** Presses Tab until the element has the focus, as somebody would who looks where the focus is. */
export async function tabTo(page, target, most = 80) {
  await target.waitFor({ state: 'attached' }) // a box drawn by its label is there, and hidden
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab')
    if (await target.evaluate((el) => el === document.activeElement)) return
  }
  throw new Error(`no Tab leads to ${target}`)
}

/** The element in focus, or the area it stretches over, must be seen to be in focus. */
export async function assertSeen(page) {
  const seen = await page.evaluate(() =>
    [null, '::after'].some((part) => {
      const style = getComputedStyle(document.activeElement, part)
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
    }),
  )
  assert.ok(seen, 'the focus is seen')
}

async function arrive(story, name) {
  return Person.arrive(story.browser, { city: story.city, name, device: devices.desk })
}

export async function signInByKeyboard(person, login, to = '/console/', title = '今日待办') {
  const { page } = person
  person.expectRefusal(401, /^\/api\/v1\/session$/)
  await page.goto(to)
  await page.waitForURL((url) => url.pathname === '/login')
  await tabTo(page, page.getByLabel('账号'))
  await page.keyboard.type(login)
  await tabTo(page, page.getByLabel('密码'))
  await page.keyboard.type(person.city.passwords[login])
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: title, level: 1 }).waitFor()
}

export async function openByKeyboard(story) {
  const person = await arrive(story, 'clerk at the keyboard')
  const { page } = person
  const firm = story.city.cast.pharmacy
  await signInByKeyboard(person, 'gl-scjg-clerk')
  await page.keyboard.press('Tab')
  await assertSeen(page)
  await page.keyboard.press('Enter') // the skip link
  await tabTo(page, page.getByRole('main').getByRole('link', { name: '新开办件' }), 3)
  await assertSeen(page)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '新开办件', level: 1 }).waitFor()
  await page.getByLabel('查找事项').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('食品经营许可')
  await tabTo(page, page.getByRole('button', { name: new RegExp(`^${matter}`) }), 5)
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByLabel('申请人的统一社会信用代码'), 5)
  await page.keyboard.type(firm.code)
  await page.keyboard.press('Tab')
  await page.keyboard.type(story.city.cast[firm.representative].code)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: matter, level: 1 }).waitFor()
  await page.getByText('已开办，证照已自动取用').waitFor()

  await tabTo(page, page.getByLabel('主体业态'))
  await page.keyboard.press('ArrowDown')
  await tabTo(page, page.getByLabel('经营项目'), 2)
  await page.keyboard.type('预包装食品销售')
  for (const name of ['经营场所平面图', '食品安全管理制度清单']) {
    await tabTo(page, page.getByRole('button', { name: `接收纸质：${name}` }))
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: `接收纸质：${name}` })
    await tabTo(page, dialog.getByRole('button', { name: '确认接收' }), 6)
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'hidden' })
    await material(page, name).getByText('已收纸质').waitFor()
  }
  await page.keyboard.press('a')
  const dialog = page.getByRole('dialog', { name: '提交审批' })
  await tabTo(page, dialog.getByRole('button', { name: '确认提交' }), 8)
  await page.keyboard.press('Enter')
  await page.getByText('办件在审批环节').waitFor()
  story.keyboardCaseNo = new URL(page.url()).pathname.split('/').at(-1)
  await person.leave()
}

export async function approveByKeyboard(story) {
  const person = await arrive(story, 'approver at the keyboard')
  const { page } = person
  await signInByKeyboard(person, 'gl-scjg-approver')
  const task = page.locator(`a[href*="${story.keyboardCaseNo}"]`)
  await task.waitFor()
  for (let i = 0; i < 9 && !(await task.evaluate((el) => el === document.activeElement)); i++) await page.keyboard.press('j')
  await assertSeen(page)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '取件' }).waitFor()
  await page.keyboard.press('g')
  await page.getByRole('button', { name: '批准', exact: true }).waitFor()

  // A dialog takes the focus, gives it back, and single keys do nothing inside it.
  await page.keyboard.press('r')
  const back = page.getByRole('dialog', { name: '退回经办人补正' })
  await back.waitFor()
  await page.keyboard.press('Escape')
  await back.waitFor({ state: 'hidden' })
  await page.keyboard.press('a')
  const dialog = page.getByRole('dialog', { name: '批准这个办件' })
  await tabTo(page, dialog.getByLabel('意见'), 3)
  await page.keyboard.type('great: agreed.')
  assert.equal(await dialog.getByLabel('意见').inputValue(), 'great: agreed.')
  await tabTo(page, dialog.getByRole('button', { name: '确认批准' }), 6)
  await page.keyboard.press('Enter')
  await page.getByText('办件已批准，正在制证').waitFor()
  await person.leave()
}
