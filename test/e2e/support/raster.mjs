// A picture of an SVG, as a browser draws it.

/** Draws an SVG whose size is in millimetres; gives a PNG with so many pixels a millimetre. */
export async function rasterize(browser, svg, pixelsPerMm) {
  const [, width, height] = /<svg[^>]*width="([\d.]+)mm" height="([\d.]+)mm"/.exec(svg)
  const size = { width: Math.round(width * pixelsPerMm), height: Math.round(height * pixelsPerMm) }
  const context = await browser.newContext({ viewport: size, deviceScaleFactor: 1 })
  try {
    const page = await context.newPage()
    const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
    await page.setContent(`<style>body{margin:0;background:#fff}img{display:block;width:${size.width}px;height:${size.height}px}</style><img alt="" src="${source}">`)
    await page.locator('img').evaluate((img) => img.decode())
    return await page.screenshot()
  } finally {
    await context.close()
  }
}
