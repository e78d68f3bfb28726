import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { useLoad } from '../src/load'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const inScope = <T>(fetchIt: () => Promise<T>) => effectScope().run(() => useLoad(fetchIt))!
const after = <T>(ms: number, value: T) => new Promise<T>((done) => setTimeout(() => done(value), ms))

test('a quick answer shows no skeleton', async () => {
  const load = inScope(() => after(250, 'a'))
  await vi.advanceTimersByTimeAsync(249)
  expect(load.slow.value).toBe(false)
  await vi.advanceTimersByTimeAsync(500)
  expect([load.data.value, load.slow.value, load.busy.value]).toEqual(['a', false, false])
})

test('a slow answer shows one after 300 ms', async () => {
  const load = inScope(() => after(1000, 'a'))
  await vi.advanceTimersByTimeAsync(301)
  expect(load.slow.value).toBe(true)
  await vi.advanceTimersByTimeAsync(700)
  expect([load.data.value, load.slow.value]).toEqual(['a', false])
})

test('an error stands until the retry', async () => {
  let tries = 0
  const load = inScope(() => (tries++ ? after(1, 'b') : Promise.reject(new Error('down'))))
  await vi.advanceTimersByTimeAsync(1)
  expect(load.error.value).toBeInstanceOf(Error)
  void load.run()
  await vi.advanceTimersByTimeAsync(2)
  expect([load.data.value, load.error.value]).toEqual(['b', undefined])
})

test('an older answer never overwrites a newer one', async () => {
  const answers = [after(100, 'old'), after(10, 'new')]
  const load = inScope(() => answers.shift()!)
  void load.run()
  await vi.advanceTimersByTimeAsync(500)
  expect(load.data.value).toBe('new')
})
