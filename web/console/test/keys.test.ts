import { afterEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { onKey, pressKey, setKeys } from '../src/keys'

const press = (key: string, target: HTMLElement = document.body) => {
  let taken = false
  const listen = (e: KeyboardEvent) => (taken = pressKey(e))
  document.addEventListener('keydown', listen, { once: true })
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  return taken
}

describe('single keys', () => {
  afterEach(() => {
    setKeys(true)
    document.body.innerHTML = ''
  })

  it('act, but not while somebody types, and not when switched off', () => {
    const act = vi.fn()
    const scope = effectScope()
    scope.run(() => onKey('g', act))
    const input = document.body.appendChild(document.createElement('input'))
    expect(press('g')).toBe(true)
    expect(press('g', input)).toBe(false)
    setKeys(false)
    expect(press('g')).toBe(false)
    setKeys(true)
    scope.stop()
    expect(press('g')).toBe(false)
    expect(act).toHaveBeenCalledTimes(1)
  })

  it('give way to the latest binding', () => {
    const outer = vi.fn()
    const inner = vi.fn()
    const a = effectScope()
    const b = effectScope()
    a.run(() => onKey('a', outer))
    b.run(() => onKey('a', inner))
    press('a')
    b.stop()
    press('a')
    a.stop()
    expect([outer.mock.calls.length, inner.mock.calls.length]).toEqual([1, 1])
  })
})
