import { expect, test } from 'vitest'
import { stateOf, states } from '../src/states'
import css from '../src/tokens.css?raw'

const order = '制证中 · 未生效 · 有效 · 质押 · 争议中 · 挂失 · 挂起 · 年检逾期 · 历史版本 · 已过期 · 已注销 · 已撤销 · 已吊销 · 已废止'

test('the table has the states in their fixed order, each with words and a shape of its own', () => {
  expect(states.map((s) => s.zh).join(' · ')).toBe(order)
  expect(new Set(states.map((s) => s.en)).size).toBe(states.length)
  expect(new Set(states.map((s) => s.shape)).size).toBe(states.length)
})

test.each([
  ['valid', '有效'],
  ['VALID', '有效'],
  ['notYet', '未生效'],
  ['INSPECTION_OVERDUE', '年检逾期'],
  ['penalty', '已吊销'],
  ['挂失', '挂失'],
])('%s is %s', (code, zh) => {
  expect(stateOf(code)?.zh).toBe(zh)
})

test('an unknown state is not guessed', () => {
  expect(stateOf('fine')).toBeUndefined()
  expect(stateOf('')).toBeUndefined()
})

// Contrast, measured on the tokens as they stand in the style sheet (WCAG 2.2, 1.4.3).
const colour = (name: string) => new RegExp(`--yx-${name}: (#[0-9a-f]{6})`).exec(css)?.[1] ?? ''

function luminance(hex: string): number {
  const part = (i: number) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

function contrast(one: string, two: string): number {
  const [light, dark] = [luminance(colour(one)), luminance(colour(two))].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

test.each([
  ['on-ink', 'ink', 7],
  ['text-2', 'paper', 5.9],
  ['text', 'paper', 7],
  ['jade', 'jade-tint', 4.5],
  ['amber', 'amber-tint', 4.5],
  ['ink', 'ink-tint', 4.5],
  ['red', 'red-tint', 4.5],
  ['text-2', 'muted-tint', 4.5],
  ['red', 'paper', 4.5],
  ['jade', 'card', 4.5],
  ['rule-strong', 'paper', 3],
  ['on-ink', 'face-identity', 7],
  ['on-ink', 'face-business', 7],
  ['on-ink', 'face-property', 7],
  ['on-ink', 'face-permit', 7],
  ['on-ink', 'face-life', 7],
])('%s on %s is at least %d:1', (one, two, least) => {
  expect(contrast(one, two)).toBeGreaterThanOrEqual(least)
})
