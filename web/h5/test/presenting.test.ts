import type { Api, Presentation } from '@yinxin/shared'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { usePresenting } from '../src/logic/presenting'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const open: Presentation = { id: 'p1', url: '/s/T', qrSvg: '<svg/>', expiresAt: '', seconds: 10, state: 'open', fields: [], uses: 1, usesLeft: 1, checks: [] }

function setup(answers: Partial<Api> = {}, renewals = 0) {
  const api = {
    present: vi.fn(async () => open),
    presentation: vi.fn(async () => open),
    endPresentation: vi.fn(async () => undefined),
    ...answers,
  }
  const scope = effectScope()
  const show = scope.run(() => usePresenting(api as unknown as Api, 'l1', renewals))!
  return { api, scope, show }
}

test('counts its seconds down and expires without asking the server', async () => {
  const { show } = setup()
  await show.start()
  expect([show.phase.value, show.left.value]).toEqual(['open', 10])
  await vi.advanceTimersByTimeAsync(4000)
  expect(show.left.value).toBe(6)
  await vi.advanceTimersByTimeAsync(6000)
  expect(show.phase.value).toBe('expired')
})

test('tells when it was checked, and stops asking', async () => {
  const { show, api } = setup({ presentation: vi.fn(async () => ({ ...open, state: 'checked' as const, checkedBy: '某酒店' })) })
  await show.start()
  await vi.advanceTimersByTimeAsync(2000)
  expect([show.phase.value, show.current.value?.checkedBy]).toEqual(['checked', '某酒店'])
  await vi.advanceTimersByTimeAsync(20_000)
  expect(api.presentation).toHaveBeenCalledOnce()
  expect(show.phase.value).toBe('checked')
})

test('a lost connection is told and asked again', async () => {
  const answers = [() => Promise.reject(new Error('down')), async () => open]
  const { show } = setup({ presentation: vi.fn(() => answers.shift()!()) })
  await show.start()
  await vi.advanceTimersByTimeAsync(2000)
  expect([show.online.value, show.phase.value]).toEqual([false, 'open'])
  await vi.advanceTimersByTimeAsync(2000)
  expect(show.online.value).toBe(true)
})

test('a refusal is kept for the page to tell', async () => {
  const { show } = setup({ present: vi.fn(() => Promise.reject(new Error('no'))) })
  await show.start()
  expect([show.phase.value, show.error.value]).toEqual(['failed', new Error('no')])
})

test('leaving the page ends what is open, and nothing else', async () => {
  const { show, api, scope } = setup()
  await show.start()
  scope.stop()
  expect(api.endPresentation).toHaveBeenCalledWith('p1')
  const later = setup()
  later.scope.stop()
  expect(later.api.endPresentation).not.toHaveBeenCalled()
})

test('a code that comes after the page was left is ended too', async () => {
  const { show, api, scope } = setup()
  const starting = show.start()
  scope.stop()
  await starting
  expect(api.endPresentation).toHaveBeenCalledWith('p1')
  expect(show.current.value).toBeUndefined()
})

test('choosing fewer fields ends the old code and makes a new one', async () => {
  const { show, api } = setup()
  await show.start()
  await show.start({ fields: ['CZZT'] })
  expect(api.endPresentation).toHaveBeenCalledWith('p1')
  expect(api.present).toHaveBeenLastCalledWith('l1', { fields: ['CZZT'] })
  expect(show.phase.value).toBe('open')
})

test('a code that runs out is replaced, in the same way, so often and no more', async () => {
  vi.stubGlobal('document', { hidden: false })
  const { show, api } = setup({}, 2)
  await show.start({ uses: 3 })
  await vi.advanceTimersByTimeAsync(11_000)
  expect([show.phase.value, show.renewed.value]).toEqual(['open', 1])
  expect(api.present).toHaveBeenLastCalledWith('l1', { uses: 3 })
  await vi.advanceTimersByTimeAsync(30_000)
  expect([show.phase.value, show.renewed.value]).toEqual(['expired', 2])
  expect(api.present).toHaveBeenCalledTimes(3)
})

test('nobody looking, nothing is replaced; what was checked stays to be read', async () => {
  vi.stubGlobal('document', { hidden: true })
  const away = setup({}, 2)
  await away.show.start()
  await vi.advanceTimersByTimeAsync(11_000)
  expect(away.show.phase.value).toBe('expired')
  vi.stubGlobal('document', { hidden: false })
  const check = { at: '', by: '某酒店', recordNo: 'YX1' }
  const half = setup({ presentation: vi.fn(async () => ({ ...open, uses: 2, usesLeft: 1, checks: [check] })) }, 2)
  await half.show.start({ uses: 2 })
  await vi.advanceTimersByTimeAsync(11_000)
  expect([half.show.phase.value, half.show.renewed.value]).toEqual(['expired', 0])
})
