import type { Api, Presentation, Showing } from '@yinxin/shared'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'

const pollEvery = 2000 // ms

export type Phase = 'starting' | 'open' | 'checked' | 'expired' | 'ended' | 'failed'

/**
 * One license being shown: makes the code, counts its seconds by this device's monotonic clock, asks whether it was
 * scanned, and ends it when the page is left. A code that runs out unscanned is replaced by a new one, `renewals` times
 * and while the page is looked at: a forgotten screen must not show a license all day.
 */
export function usePresenting(api: Api, licenseId: string, renewals = 0) {
  const current = shallowRef<Presentation>()
  const error = shallowRef<unknown>()
  const online = ref(true)
  const left = ref(0)
  const stopped = ref(false)
  const renewed = ref(0)
  let how: Showing = {}
  let deadline = 0
  let ticker: ReturnType<typeof setInterval> | undefined
  let poller: ReturnType<typeof setTimeout> | undefined
  let turn = 0

  const phase = computed<Phase>(() => {
    if (error.value) return 'failed'
    if (!current.value) return 'starting'
    if (current.value.state === 'checked') return 'checked'
    if (stopped.value || current.value.state === 'ended') return 'ended'
    return current.value.state === 'expired' || left.value <= 0 ? 'expired' : 'open'
  })

  async function start(wish: Showing = {}): Promise<void> {
    renewed.value = 0
    how = wish
    await make()
  }

  async function make(): Promise<void> {
    const mine = reset()
    const old = endable()
    current.value = undefined
    if (old) void api.endPresentation(old).catch(() => undefined)
    try {
      const made = await api.present(licenseId, how)
      if (mine !== turn) return void api.endPresentation(made.id).catch(() => undefined)
      accept(made)
    } catch (err) {
      if (mine === turn) error.value = err
    }
  }

  function reset(): number {
    clearInterval(ticker)
    clearTimeout(poller)
    error.value = undefined
    stopped.value = false
    return ++turn
  }

  function accept(made: Presentation): void {
    current.value = made
    deadline = performance.now() + made.seconds * 1000
    tick()
    ticker = setInterval(tick, 250)
    poller = setTimeout(poll, pollEvery)
  }

  function tick(): void {
    left.value = Math.max(0, Math.ceil((deadline - performance.now()) / 1000))
    if (left.value > 0) return
    clearInterval(ticker)
    const unused = current.value?.state === 'open' && current.value.checks.length === 0
    if (!unused || renewed.value >= renewals || document.hidden) return
    renewed.value++
    void make()
  }

  async function poll(): Promise<void> {
    const mine = turn
    const id = current.value?.id
    if (!id || phase.value !== 'open') return
    try {
      const now = await api.presentation(id)
      if (mine !== turn) return
      online.value = true
      // The code itself is made once; the poll only tells what became of it.
      current.value = { ...now, qrSvg: current.value?.qrSvg ?? now.qrSvg, url: current.value?.url ?? now.url }
    } catch {
      if (mine !== turn) return
      online.value = false
    }
    if (phase.value === 'open') poller = setTimeout(poll, pollEvery)
    else clearInterval(ticker)
  }

  const endable = () => (phase.value === 'open' ? current.value?.id : undefined)

  function stop(): void {
    const id = endable()
    reset()
    stopped.value = true
    if (id) void api.endPresentation(id).catch(() => undefined)
  }

  onScopeDispose(stop)
  return { current, error, online, left, phase, renewed, start, stop }
}
