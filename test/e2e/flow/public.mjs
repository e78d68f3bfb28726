// Anybody: files and printed codes, checked without signing in.

import assert from 'node:assert/strict'
import { repack } from '../support/forge.mjs'
import { licenseType } from './counter.mjs'

const face = 'Doc_0/Pages/Page_0/Content.xml'

async function upload(person, name, bytes) {
  await person.page.goto('/check')
  await person.page.getByLabel(/^证照文件（OFD/).setInputFiles({ name, mimeType: 'application/ofd', buffer: bytes })
  await person.page.getByRole('button', { name: '核验文件' }).click()
}

export async function checkFiles(story) {
  const { visitor, licenseFile, copyFile } = story
  const { page } = visitor
  await page.goto('/')
  await page.getByRole('heading', { name: '电子证照，用得放心' }).waitFor()
  await visitor.look('public-portal')
  await page.getByRole('navigation', { name: '站点' }).getByRole('link', { name: '核验' }).click()
  await page.getByRole('heading', { name: '核验电子证照' }).waitFor()
  await visitor.look('public-check')

  await upload(visitor, 'license.ofd', licenseFile)
  await page.getByRole('heading', { name: '可信', level: 1, exact: true }).waitFor()
  await page.getByText(story.city.cast['food-firm'].name).first().waitFor()
  await page.getByText('本平台记录的当前状态').getByText('有效').waitFor()
  await visitor.look('public-file-valid')

  await upload(visitor, 'copy.ofd', copyFile)
  await page.getByRole('heading', { name: '可信', level: 1, exact: true }).waitFor()
  await page.getByRole('heading', { name: '这是一份加注件' }).waitFor()
  await page.getByText(story.caseNo, { exact: true }).waitFor()
  await visitor.look('public-file-copy')

  // Packing anew harms nothing; changing one character of the holder's name does.
  await upload(visitor, 'packed.ofd', repack(licenseFile, face, '小吃', '小吃'))
  await page.getByRole('heading', { name: '可信', level: 1, exact: true }).waitFor()
  await upload(visitor, 'changed.ofd', repack(licenseFile, face, '小吃', '大吃'))
  await page.getByRole('heading', { name: '不可信', level: 1, exact: true }).waitFor()
  const cause = page.getByRole('region', { name: '为什么' })
  assert.match(await cause.innerText(), /[\u4e00-\u9fff]{6,}/, 'the cause is told in words')
  await visitor.look('public-file-invalid')

  visitor.expectRefusal(422, /^\/check$/)
  await upload(visitor, 'letter.ofd', Buffer.from('不是证照'))
  await page.getByRole('alert').waitFor()
  await visitor.look('public-file-none')
}

export async function printedCode(story) {
  const { visitor } = story
  const { page } = visitor
  await page.goto(story.printedUrl)
  await page.getByRole('heading', { name: '有效', level: 1 }).waitFor()
  await page.getByText(licenseType).first().waitFor()
  assert.equal(await page.getByText('榕印小吃').count(), 0, 'the page does not tell whose license it is')
  await visitor.look('public-printed-code')
}
