import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Act {
  readonly busy: Ref<boolean>
  readonly problem: ShallowRef<unknown>
  /** Runs once at a time; true if it went well, else the refusal is kept in `problem`. */
  readonly run: (what: () => Promise<unknown>) => Promise<boolean>
}

/** Something a person does on a page: not twice at once, and its refusal stays to be read. */
export function useAct(): Act {
  const busy = ref(false)
  const problem = shallowRef<unknown>()

  async function run(what: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = undefined
    try {
      await what()
      return true
    } catch (err) {
      problem.value = err
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, problem, run }
}
