import { useLoad } from '@yinxin/shared'
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { useAct } from './act'
import type { Preview, TypeDraft, TypeFinding, Which } from './api.catalog'
import { isConflict } from './logic/fault'
import { unique } from './logic/finding'
import { same, whole, type FaceObject, type LicenseType, type SealStep, type TypeField } from './logic/type'
import { useOffice } from './office'

const undoDepth = 100
/** Changes to the same thing within this time are one step back. */
const oneStep = 900
const previewAfter = 400
const gateAfter = 700

/** One version of a type on the desk: what is saved, what is made of it, what is wrong with it, how its face looks. */
export function useDrafting(draftId: Ref<string>) {
  const { api } = useOffice()
  const load = useLoad(() => api.typeDraft(draftId.value))
  const saved = shallowRef<TypeDraft>()
  const type = shallowRef<LicenseType>()
  const note = ref('')
  const conflict = shallowRef<TypeDraft>()
  const { busy, problem, run } = useAct()

  function show(d: TypeDraft): void {
    saved.value = d
    type.value = whole(d.draft)
    note.value = d.note
    past.value = []
    conflict.value = undefined
  }
  watch(load.data, (d) => d && show(d))
  watch(draftId, () => {
    saved.value = undefined
    load.data.value = undefined
    void load.run()
  })

  const dirty = computed(() => {
    if (!saved.value || !type.value) return false
    return note.value !== saved.value.note || !same(type.value, whole(saved.value.draft))
  })
  const editable = computed(() => Boolean(saved.value?.mayEdit) && saved.value?.state !== 'submitted')

  // What was there before each step, newest last.
  const past = shallowRef<{ type: LicenseType; of: string; at: number }[]>([])

  /** Changes the type. Changes of one thing (`of`) that follow each other quickly are undone together. */
  function set(part: Partial<LicenseType>, of = Object.keys(part).join()): void {
    if (!type.value) return
    const last = past.value.at(-1)
    const now = Date.now()
    if (last?.of === of && now - last.at < oneStep) last.at = now
    else past.value = [...past.value.slice(1 - undoDepth), { type: type.value, of, at: now }]
    type.value = { ...type.value, ...part }
  }

  function undo(): void {
    const last = past.value.at(-1)
    if (!last) return
    past.value = past.value.slice(0, -1)
    type.value = last.type
  }

  const setFields = (fields: TypeField[], of?: string) => set({ fields }, of)
  const setSeals = (seals: SealStep[], of?: string) => set({ seals }, of)
  function setObjects(objects: FaceObject[], of?: string): void {
    if (type.value) set({ face: { ...type.value.face, objects } }, of ?? 'objects')
  }

  const gate = shallowRef<TypeFinding[]>()
  const preview = shallowRef<Preview>()
  const previewBusy = ref(false)
  const previewProblem = shallowRef<unknown>()
  const which = ref<Which>('sample')
  const values = ref<Record<string, string>>({})
  const watched = ref(false)

  async function check(): Promise<TypeFinding[]> {
    const asked = type.value
    if (!asked) return []
    const { findings } = await api.gateType(asked)
    if (asked === type.value) gate.value = findings ?? []
    return findings ?? []
  }

  async function draw(): Promise<void> {
    const asked = type.value
    if (!asked || !watched.value) return
    previewBusy.value = true
    try {
      const got = await api.previewType(asked, which.value, which.value === 'given' ? values.value : undefined)
      if (asked === type.value) {
        preview.value = got
        previewProblem.value = undefined
      }
    } catch (err) {
      if (asked === type.value) previewProblem.value = err
    } finally {
      if (asked === type.value) previewBusy.value = false
    }
  }

  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  function later(name: string, ms: number, what: () => Promise<unknown>): void {
    clearTimeout(timers.get(name))
    // A check that fails shows up when it matters: on saving and on submitting.
    timers.set(name, setTimeout(() => void what().catch(() => undefined), ms))
  }
  onScopeDispose(() => timers.forEach((t) => clearTimeout(t)))
  watch(type, (_, before) => {
    later('gate', before ? gateAfter : 0, check)
    later('draw', before ? previewAfter : 0, draw)
  })
  watch([which, watched], () => later('draw', 0, draw))
  watch(values, () => which.value === 'given' && later('draw', previewAfter, draw), { deep: true })

  const findings = computed(() => unique([...(gate.value ?? saved.value?.findings ?? []), ...(preview.value?.findings ?? [])]))

  async function store(): Promise<void> {
    if (!saved.value || !type.value || !dirty.value) return
    const sent = type.value
    const answer = await api.saveTypeDraft(saved.value.id, saved.value.version, sent, note.value)
    // What was typed while it was being saved stays typed.
    const meanwhile = sent !== type.value ? type.value : undefined
    saved.value = answer
    type.value = meanwhile ?? whole(answer.draft)
  }

  /** Saves; when somebody else saved meanwhile, gets theirs to be merged. */
  async function save(): Promise<boolean> {
    const ok = await run(store)
    if (!ok && isConflict(problem.value) && saved.value) {
      const theirs = await api.typeDraft(saved.value.id).catch(() => undefined)
      if (theirs) {
        conflict.value = theirs
        problem.value = undefined
      }
    }
    return ok
  }

  function merge(merged: LicenseType): void {
    if (!conflict.value) return
    saved.value = conflict.value
    conflict.value = undefined
    set(whole(merged), 'merge')
  }

  return {
    load,
    saved,
    type,
    note,
    dirty,
    editable,
    busy,
    problem,
    conflict,
    findings,
    preview,
    previewBusy,
    previewProblem,
    which,
    values,
    watched,
    past,
    set,
    setFields,
    setSeals,
    setObjects,
    undo,
    save,
    merge,
    check,
    show,
    run,
  }
}

export type Drafting = ReturnType<typeof useDrafting>
