import { describe, expect, it } from 'vitest'
import { en } from '../src/messages/en'
import { catalogZh } from '../src/messages/catalog.zh'
import { fieldsZh } from '../src/messages/fields.zh'
import { matterZh } from '../src/messages/matter.zh'
import { orgZh } from '../src/messages/org.zh'
import { partsZh } from '../src/messages/parts.zh'
import { zh } from '../src/messages/zh'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([k, v]) =>
    typeof v === 'string' ? [[prefix + k, v] as [string, string]] : flat(v, `${prefix}${k}.`),
  )
}

const args = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('messages', () => {
  const zhFlat = flat(zh as Tree)
  const enFlat = new Map(flat(en as Tree))

  it.each(zhFlat)('%s is said in both languages with the same values', (key, text) => {
    const other = enFlat.get(key) ?? ''
    expect(other).not.toBe('')
    const inEnglish = args(other)
    // An English plural may leave a number out ("it is overdue"); it may not bring in what Chinese lacks.
    for (const a of inEnglish) expect(args(text)).toContain(a)
    if (!other.includes('|')) expect(inEnglish).toEqual(args(text))
  })

  it('that belong together stand in one file, for of two groups of a name the latter would hide the former', () => {
    const groups = [catalogZh, matterZh, orgZh, partsZh, fieldsZh].flatMap((part) => Object.keys(part))
    expect(groups.filter((g, i) => groups.indexOf(g) !== i)).toEqual([])
  })

  it('keeps Chinese out of the English words, but for names of documents', () => {
    const strays = [...enFlat].filter(([, text]) => /[一-鿿]/.test(text.replace('榕政办〔2018〕214号', '')))
    expect(strays).toEqual([])
  })
})

describe('keys', () => {
  const sources = import.meta.glob<string>('../src/**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true })
  const known = new Set(flat(zh as Tree).map(([key]) => key))
  const asked = Object.entries(sources).flatMap(([file, text]) =>
    [...text.matchAll(/\bt\('([\w.-]+)'/g)].map((m) => [m[1] as string, file] as const),
  )

  it('that the pages ask for are there', () => {
    const missing = asked.filter(([key]) => !known.has(key) && !key.startsWith('shared.'))
    expect(missing).toEqual([])
    expect(asked.length).toBeGreaterThan(150)
  })
})
