import { chromium } from 'playwright-core'
import { setting } from './city.mjs'

/** Starts Chromium with an empty profile of its own, asking nothing of the outside. */
export function startBrowser() {
  return chromium.launch({
    executablePath: setting('YINXIN_TEST_CHROMIUM'),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
