import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

/** How long a load may take before a skeleton is shown: quick answers must not flicker. */
export const skeletonDelay = 300

export interface Load<T> {
  readonly data: ShallowRef<T | undefined>
  readonly error: ShallowRef<unknown>
  /** True once the load has lasted longer than [skeletonDelay]. */
  readonly slow: Ref<boolean>
  /** True from the start of a load to its end. */
  readonly busy: Ref<boolean>
  readonly run: () => Promise<void>
}

/** Loads something for a page: its data, its error with a way to retry, and when to show a skeleton. */
export function useLoad<T>(fetchIt: () => Promise<T>): Load<T> {
  const data = shallowRef<T>()
  const error = shallowRef<unknown>()
  const slow = ref(false)
  const busy = ref(false)
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function run(): Promise<void> {
    const mine = ++turn
    clearTimeout(timer)
    error.value = undefined
    busy.value = true
    timer = setTimeout(() => (slow.value = mine === turn), skeletonDelay)
    try {
      const got = await fetchIt()
      if (mine === turn) data.value = got
    } catch (err) {
      if (mine === turn) error.value = err
    }
    if (mine !== turn) return
    clearTimeout(timer)
    slow.value = false
    busy.value = false
  }

  onScopeDispose(() => {
    turn++
    clearTimeout(timer)
  })
  void run()
  return { data, error, slow, busy, run }
}
