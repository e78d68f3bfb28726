// A browser whose camera films a picture: what Chromium's fake video device shows is a file of ours.

import { writeFile } from 'node:fs/promises'
import { chromium } from 'playwright-core'
import { setting } from './city.mjs'

const size = { width: 640, height: 480 }

/** Starts Chromium with a camera that shows the file. It is read when a page opens the camera, not before. */
export function startWithCamera(file) {
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
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${file}`,
    ],
  })
}

/** Films a picture (PNG), held before the camera a little askew: two frames of uncompressed video (YUV4MPEG2). */
export async function film(browser, png, file) {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const frame = await page.evaluate(draw, { png: png.toString('base64'), ...size })
    const bytes = Buffer.concat([Buffer.from('FRAME\n'), Buffer.from(frame, 'base64')])
    const head = Buffer.from(`YUV4MPEG2 W${size.width} H${size.height} F15:1 Ip A1:1 C420jpeg\n`)
    await writeFile(file, Buffer.concat([head, bytes, bytes]))
  } finally {
    await context.close()
  }
}

/** Runs in a page: draws the picture into a frame as a hand would hold it, and gives Y, U and V in base64. */
async function draw({ png, width, height }) {
  const picture = new Image()
  picture.src = `data:image/png;base64,${png}`
  await picture.decode()
  const canvas = new OffscreenCanvas(width, height)
  const pen = canvas.getContext('2d')
  pen.fillStyle = '#59636b'
  pen.fillRect(0, 0, width, height)
  const scale = Math.min(width / picture.width, height / picture.height) * 0.94
  pen.translate(width / 2, height / 2)
  pen.rotate((4 * Math.PI) / 180)
  pen.drawImage(picture, (-picture.width * scale) / 2, (-picture.height * scale) / 2, picture.width * scale, picture.height * scale)
  const rgba = pen.getImageData(0, 0, width, height).data
  const quarter = (width / 2) * (height / 2)
  const yuv = new Uint8Array(width * height + 2 * quarter)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x)
      const [r, g, b] = [rgba[at], rgba[at + 1], rgba[at + 2]]
      yuv[y * width + x] = 0.299 * r + 0.587 * g + 0.114 * b
      if (x % 2 || y % 2) continue
      const half = (y / 2) * (width / 2) + x / 2
      yuv[width * height + half] = 128 - 0.169 * r - 0.331 * g + 0.5 * b
      yuv[width * height + quarter + half] = 128 + 0.5 * r - 0.419 * g - 0.081 * b
    }
  }
  let text = ''
  for (let i = 0; i < yuv.length; i += 8192) text += String.fromCharCode(...yuv.subarray(i, i + 8192))
  return btoa(text)
}
