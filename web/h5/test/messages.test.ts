import { states } from '@yinxin/shared'
import { expect, test } from 'vitest'
import { zh as shared } from '../../shared/src/messages/zh'
import { en } from '../src/messages/en'
import { zh } from '../src/messages/zh'

type Tree = { [key: string]: string | Tree }

const sources = import.meta.glob<string>('../src/**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true })
const code = Object.entries(sources).filter(([path]) => !path.includes('/messages/'))

function leaves(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : leaves(value, `${path}${key}.`),
  )
}

const chinese = new Map(leaves({ ...zh, ...shared } as Tree))
const english = new Map(leaves(en as Tree))
const han = /[一-鿿]/
const cited = /[一-鿿]+〔\d{4}〕\d+号/g // a document is cited by its own name

test('no words for people stand in the code', () => {
  const stray = code.flatMap(([path, text]) =>
    text.split('\n').filter((line) => han.test(line.replace(/\/\/.*|\/\*.*|^\s*\*.*/, '')) && !/name: '中文'/.test(line)).map((line) => `${path}: ${line.trim()}`),
  )
  expect(stray).toEqual([])
})

test('every key that the code names has words', () => {
  const named = code.flatMap(([, text]) => [...text.matchAll(/\bt\('([\w.]+)'/g)].map((m) => m[1]!))
  expect(named.length).toBeGreaterThan(80)
  expect(named.filter((key) => !chinese.has(key))).toEqual([])
})

test('every state but the plain one is explained', () => {
  const missing = states.filter((s) => s.name !== 'valid' && !chinese.has(`standing.${s.name}`))
  expect(missing).toEqual([])
})

test('English has the same places to fill in and no Chinese but an example', () => {
  const places = (s: string) => [...new Set([...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort()
  for (const [key, words] of leaves(zh as Tree)) {
    expect([key, places(english.get(key) ?? '')]).toEqual([key, places(words)])
  }
  const mixed = [...english].filter(([key, words]) => han.test(words.replace(cited, '')) && key !== 'home.searchHint').map(([key]) => key)
  expect(mixed).toEqual([])
})
