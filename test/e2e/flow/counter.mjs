// At the counter: a clerk opens the case, looks, fills in, submits.

import assert from 'node:assert/strict'

export const matter = '食品经营许可（新办）'
export const licenseType = '食品经营许可证'
export const recordNo = /^YX[0-9A-Z]{26}$/

/** The card of a material on the page of a case. */
export const material = (page, name) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) })

export async function signInAtDesk(story) {
  const { clerk } = story
  clerk.expectRefusal(401, /^\/api\/v1\/session$/)
  await clerk.page.goto('/console/')
  await clerk.page.waitForURL((url) => url.pathname === '/login')
  await clerk.look('clerk-login')
  await clerk.giveAccount('gl-scjg-clerk')
  await clerk.page.waitForURL((url) => url.pathname === '/console/today')
  await clerk.page.getByRole('heading', { name: '今日待办', level: 1 }).waitFor()
  await clerk.look('clerk-today')
}

export async function openCase(story) {
  const { clerk, city } = story
  const { page } = clerk
  const firm = city.cast['food-firm']
  await page.getByRole('main').getByRole('link', { name: '新开办件' }).first().click()
  await page.getByRole('heading', { name: '新开办件', level: 1 }).waitFor()
  await clerk.look('clerk-new')
  await page.getByLabel('查找事项').fill('食品')
  await page.getByRole('button', { name: new RegExp(`^${matter}`) }).click()

  // A wrong digit is told before anything is asked of the server.
  await page.getByLabel('申请人的统一社会信用代码').fill(`${firm.code.slice(0, -1)}${firm.code.endsWith('A') ? 'B' : 'A'}`)
  await page.getByLabel('法定代表人的公民身份号码').fill(city.cast[firm.representative].code)
  await page.getByRole('button', { name: '开办', exact: true }).click()
  await page.getByText('最后一位校验不符').waitFor()
  await clerk.look('clerk-new-wrong-code')

  await page.getByLabel('申请人的统一社会信用代码').fill(firm.code)
  await page.getByRole('button', { name: '开办', exact: true }).click()
  await page.getByRole('heading', { name: matter, level: 1 }).waitFor()
  story.caseNo = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1))

  // Both licenses came by themselves, each with the number of its record.
  await page.getByText('已开办，证照已自动取用').waitFor()
  story.records = []
  for (const name of ['营业执照', '法定代表人居民身份证']) {
    const card = material(page, name)
    await card.getByText('已取用').waitFor()
    const no = await card.locator('dd', { hasText: /^YX/ }).first().innerText()
    assert.match(no.trim(), recordNo, `存证编号 of ${name}`)
    story.records.push(no.trim())
  }
  await page.getByRole('region', { name: '申请表' }).getByText(firm.name).waitFor()
  await clerk.look('clerk-case-opened')
}

export async function lookAtCopy(story) {
  const { clerk } = story
  const { page } = clerk
  await page.getByRole('button', { name: '查看加注件：营业执照' }).click()
  const dialog = page.getByRole('dialog', { name: '加注件：营业执照' })
  await dialog.getByText('持证人能看到是谁、为哪个办件看的').waitFor()
  const face = dialog.getByRole('img', { name: /照面/ })
  await face.waitFor()
  assert.ok(await face.evaluate(async (img) => (await img.decode(), img.naturalWidth > 0)), 'the face was drawn')
  story.copyRecord = (await dialog.getByText(/^YX[0-9A-Z]{26}$/).innerText()).trim()
  await clerk.look('clerk-copy')
  const download = page.waitForEvent('download')
  await dialog.getByRole('link', { name: /下载加注件/ }).click()
  story.copyFile = await bytesOf(await download)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
}

export async function fillAndSubmit(story) {
  const { clerk } = story
  const { page } = clerk
  await page.getByRole('button', { name: '提交审批' }).click()
  await page.getByText('请填写“经营项目”').waitFor()
  await clerk.look('clerk-form-lacking')
  await page.getByLabel('主体业态').selectOption('餐饮服务经营者')
  await page.getByLabel('经营项目').fill('热食类食品制售，冷食类食品制售')

  for (const name of ['经营场所平面图', '食品安全管理制度清单']) {
    await page.getByRole('button', { name: `接收纸质：${name}` }).click()
    const dialog = page.getByRole('dialog', { name: `接收纸质：${name}` })
    await dialog.waitFor()
    if (name === '经营场所平面图') await clerk.look('clerk-paper')
    await dialog.getByRole('button', { name: '确认接收' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await material(page, name).getByText('已收纸质').waitFor()
  }
  // Taking paper must not lose what was typed and not yet saved.
  assert.equal(await page.getByLabel('经营项目').inputValue(), '热食类食品制售，冷食类食品制售')

  await page.getByRole('button', { name: '提交审批' }).click()
  const dialog = page.getByRole('dialog', { name: '提交审批' })
  await dialog.getByRole('button', { name: '材料齐全，符合法定形式，建议批准。' }).click()
  await clerk.look('clerk-submit')
  await dialog.getByRole('button', { name: '确认提交' }).click()
  await page.getByText('办件在审批环节').waitFor()
  await clerk.look('clerk-case-submitted')
  await page.getByRole('navigation', { name: '工作' }).getByRole('link', { name: '办件' }).click()
  await page.getByRole('button', { name: '本单位' }).click()
  await page.getByRole('row').filter({ hasText: story.caseNo }).waitFor()
  await clerk.look('clerk-cases')
}

/** The bytes of a download. */
export async function bytesOf(download) {
  const chunks = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk)
  return Buffer.concat(chunks)
}
