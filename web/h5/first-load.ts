import { gzipSync } from 'node:zlib'
import type { Plugin, Rolldown } from 'vite'

type Chunk = Rolldown.OutputChunk & { viteMetadata?: { importedCss: Set<string> } }

/** The most that a phone loads before its first page stands, packed, pictures apart. */
export const firstLoadLimit = 150_000

/**
 * Measures, whichever page somebody opens first, what must be loaded for it: the application, the page, the words of
 * the heavier language and the style sheets. A build in which one page needs more than the limit fails.
 */
export function firstLoad(limit = firstLoadLimit): Plugin {
  return {
    name: 'yinxin-first-load',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = heaviest(bundle)
      this.info(`first load: at most ${kilobytes(page.size)} of ${kilobytes(limit)}, at ${page.name}`)
      if (page.size > limit) this.error(`${page.name} is more than a phone should load first; see docs/performance.md`)
    },
  }
}

const kilobytes = (n: number) => `${(n / 1000).toFixed(1)} kB`

function heaviest(bundle: Rolldown.OutputBundle): { name: string; size: number } {
  const chunks = Object.values(bundle).filter((o): o is Chunk => o.type === 'chunk')
  const from = (part: string) => chunks.filter((c) => c.isDynamicEntry && c.facadeModuleId?.includes(part))
  const sizes = new Map<string, number>()
  const packed = (file: string) => {
    const known = sizes.get(file)
    if (known !== undefined) return known
    const out = bundle[file]
    const size = out ? gzipSync(out.type === 'chunk' ? out.code : out.source).length : 0
    sizes.set(file, size)
    return size
  }
  const total = (roots: Chunk[]) => [...closure(bundle, roots)].reduce((sum, file) => sum + packed(file), 0)

  const entries = chunks.filter((c) => c.isEntry)
  const words = from('/messages/').sort((a, b) => packed(b.fileName) - packed(a.fileName)).slice(0, 1)
  return from('/pages/')
    .map((page) => ({ name: page.name, size: total([...entries, ...words, page]) }))
    .reduce((a, b) => (b.size > a.size ? b : a), { name: 'index', size: total([...entries, ...words]) })
}

/** The files that these chunks need before they run: themselves, what they import, and the style sheets of all. */
function closure(bundle: Rolldown.OutputBundle, roots: Chunk[]): Set<string> {
  const files = new Set<string>(['index.html'])
  const next = [...roots]
  for (let chunk = next.pop(); chunk; chunk = next.pop()) {
    if (files.has(chunk.fileName)) continue
    files.add(chunk.fileName)
    for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css)
    for (const name of chunk.imports) if (bundle[name]?.type === 'chunk') next.push(bundle[name] as Chunk)
  }
  return files
}
