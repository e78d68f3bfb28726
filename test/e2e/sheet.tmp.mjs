import { chromium } from 'playwright-core'
import { readFileSync } from 'node:fs'
const [out, width, height, ...files] = process.argv.slice(2)
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--headless'] })
const p = await b.newPage({ viewport: { width: 1800, height: 900 } })
const html = files.map((f) => `<figure style="margin:4px;display:inline-block;vertical-align:top;border:1px solid #888;width:${width}px;max-height:${height}px;overflow:hidden"><figcaption style="font:12px sans-serif;background:#ffd">${f}</figcaption><img style="width:${width}px" src="data:image/png;base64,${readFileSync(`/work/main/test/e2e/out/${f}.png`).toString('base64')}"></figure>`).join('')
await p.setContent(`<body style="margin:0;background:#ccc">${html}`)
await p.screenshot({ path: out, fullPage: true })
await b.close()
