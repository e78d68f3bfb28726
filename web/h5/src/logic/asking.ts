import type { Api, AskBody, ShowRequest, Verdict } from '@yinxin/shared'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'

const pollEvery = 2000 // ms

export type AskPhase = 'form' | 'making' | 'open' | 'reading' | 'got' | 'refused' | 'expired' | 'ended'

/**
 * One request to be shown something: makes the code, waits for the answer, and when it is yes reads what was agreed to,
 * once. Leaving the page takes an unanswered request back.
 */
export function useAsking(api: Api) {
  const current = shallowRef<ShowRequest>()
  const got = shallowRef<Verdict[]>()
  const error = shallowRef<unknown>()
  const making = ref(false)
  const left = ref(0)
  const stopped = ref(false)
  let deadline = 0
  let ticker: ReturnType<typeof setInterval> | undefined
  let poller: ReturnType<typeof setTimeout> | undefined
  let turn = 0

  const phase = computed<AskPhase>(() => {
    if (got.value) return 'got'
    if (making.value) return 'making'
    if (!current.value) return 'form'
    if (stopped.value) return 'ended'
    const state = current.value.state
    if (state === 'given' || state === 'received') return 'reading'
    if (state === 'open') return left.value > 0 ? 'open' : 'expired'
    return state
  })

  async function start(body: AskBody): Promise<void> {
    const mine = reset()
    making.value = true
    try {
      const made = await api.ask(body)
      if (mine !== turn) return void api.endShowRequest(made.id).catch(() => undefined)
      current.value = made
      deadline = performance.now() + made.seconds * 1000
      tick()
      ticker = setInterval(tick, 500)
      poller = setTimeout(poll, pollEvery)
    } catch (err) {
      if (mine === turn) error.value = err
    }
    if (mine === turn) making.value = false
  }

  function reset(): number {
    clearInterval(ticker)
    clearTimeout(poller)
    if (phase.value === 'open' && current.value) void api.endShowRequest(current.value.id).catch(() => undefined)
    current.value = undefined
    got.value = undefined
    error.value = undefined
    making.value = false
    stopped.value = false
    return ++turn
  }

  function tick(): void {
    left.value = Math.max(0, Math.ceil((deadline - performance.now()) / 1000))
    if (left.value === 0) clearInterval(ticker)
  }

  async function poll(): Promise<void> {
    const mine = turn
    const made = current.value
    if (!made || phase.value !== 'open') return
    const now = await api.showRequest(made.id).catch(() => undefined)
    if (mine !== turn) return
    if (now) current.value = { ...now, url: made.url, qrSvg: made.qrSvg }
    if (now?.state === 'given') return receive(made.id, mine)
    if (!now || now.state === 'open') poller = setTimeout(poll, pollEvery)
    else clearInterval(ticker)
  }

  async function receive(id: string, mine: number): Promise<void> {
    clearInterval(ticker)
    try {
      const shown = (await api.receiveShown(id)).items
      if (mine === turn) got.value = shown
    } catch (err) {
      if (mine === turn) error.value = err
    }
  }

  /** Takes the code back, and says so. */
  function stop(): void {
    const made = current.value
    reset()
    current.value = made
    stopped.value = true
  }

  onScopeDispose(reset)
  return { current, got, error, left, phase, start, stop, reset }
}
