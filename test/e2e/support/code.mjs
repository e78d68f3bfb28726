// The authenticator app of the people in the stories (RFC 6238), and what they do when they are asked to confirm.

import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function bytesOf(base32) {
  const bits = [...base32].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  return Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)))
}

function codeOf(secret, count) {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(count))
  const mac = createHmac('sha1', bytesOf(secret)).update(message).digest()
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const taken = new Map()

/** The next code of a secret that was not used yet; each counts once, so it may have to be waited for. */
export async function nextCode(secret) {
  const count = Math.max(Math.floor(Date.now() / 30_000), (taken.get(secret) ?? 0) + 1)
  taken.set(secret, count)
  const early = (count - 1) * 30_000 - Date.now()
  if (early > 0) await wait(early + 500)
  return codeOf(secret, count)
}

/** Answers the dialog that asks for a strong confirmation; whoever has no authenticator yet enrols one. */
export async function confirmStrongly(page, city, login) {
  const dialog = page.locator('.yxc-dialog')
  const password = dialog.locator('input[type=password]')
  await dialog.locator('input').first().waitFor()
  if (await password.isVisible()) {
    await password.fill(city.passwords[login])
    await dialog.locator('.yxc-main').click()
    city.secrets[login] = await dialog.locator('.yxc-secret').textContent()
  }
  await dialog.locator('.yxc-code').fill(await nextCode(city.secrets[login]))
  await dialog.locator('.yxc-main').click()
  await dialog.waitFor({ state: 'detached' })
}
