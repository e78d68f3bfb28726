import { useLoad, type Load } from '@yinxin/shared'
import { computed, reactive, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { same } from './logic/merge'

interface Versioned {
  version: number
}

export interface Editing<T extends Versioned, B extends object> {
  readonly load: Load<T>
  /** The thing as it was when editing began, or when the last merge or save happened. */
  readonly thing: ShallowRef<T | undefined>
  readonly base: Ref<B>
  readonly mine: B
  readonly dirty: ComputedRef<boolean>
  /** What another editor saved meanwhile. */
  readonly theirs: ShallowRef<B | undefined>
  readonly save: (reason: string) => Promise<void>
  /** After a refusal because of a conflict: fetches what the other editor saved, to be compared. */
  readonly compare: () => Promise<void>
  /** Goes on from what the other saved, with the merged values still to be saved. */
  readonly merge: (merged: object) => void
  readonly discard: () => void
}

/** Editing of one thing with its version: two editors at once are told apart, and neither loses what they typed. */
export function useEditing<T extends Versioned, B extends object>(o: {
  fetch: () => Promise<T>
  /** The part of the thing that is edited. */
  body: (t: T) => B
  save: (body: B, version: number, reason: string) => Promise<T>
}): Editing<T, B> {
  const thing = shallowRef<T>()
  const base = ref({}) as Ref<B>
  const mine = reactive({}) as B
  const theirs = shallowRef<B>()
  let theirThing: T | undefined

  function type(b: B): void {
    for (const k of Object.keys(mine)) if (!(k in b)) delete (mine as Record<string, unknown>)[k]
    Object.assign(mine, structuredClone(plain(b)))
  }

  function begin(t: T): void {
    thing.value = t
    base.value = o.body(t)
    type(o.body(t))
    theirs.value = undefined
  }

  const load = useLoad(async () => {
    const t = await o.fetch()
    begin(t)
    return t
  })

  async function save(reason: string): Promise<void> {
    begin(await o.save(plain(mine), thing.value?.version ?? 0, reason))
  }

  async function compare(): Promise<void> {
    theirThing = await o.fetch()
    theirs.value = o.body(theirThing)
  }

  function merge(merged: object): void {
    if (!theirThing) return
    thing.value = theirThing
    base.value = o.body(theirThing)
    type(merged as B)
    theirs.value = undefined
  }

  return {
    load,
    thing,
    base,
    mine,
    dirty: computed(() => !same(plain(base.value), plain(mine))),
    theirs,
    save,
    compare,
    merge,
    discard: () => theirThing && begin(theirThing),
  }
}

/** The value without the proxies that watch it. */
export function plain<V>(v: V): V {
  return JSON.parse(JSON.stringify(v)) as V
}
