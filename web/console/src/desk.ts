import { Problem, useLoad } from '@yinxin/shared'
import { computed, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import type { CaseDetail, Field, LentLicense, Matter, Outcome } from './api'
import type { PaperGround } from './api.appeal'
import type { CommitHow, CommitKind } from './api.bench'
import type { Correction } from './api.online'
import { changedValues, valueFault, type ValueFault } from './logic/form'
import { casePower } from './logic/power'
import { useOffice } from './office'

/** Refusals after which the case on the page is out of date. */
const stale = new Set(['conflict', 'case.state-changed', 'case.stage', 'case.closed'])

/** One case on the desk: its data, what is typed into its form, what of its licenses was looked at, and the acts. */
export function useDesk(caseNo: Ref<string>) {
  const { api, me } = useOffice()

  const load = useLoad(async () => {
    const detail = await api.case(caseNo.value)
    await loadMatter(detail.matter.code)
    return detail
  })
  const matter = shallowRef<Matter>()
  const detail = shallowRef<CaseDetail>()
  const values = reactive<Record<string, string>>({})
  const looked = reactive(new Map<number, Field[]>())
  const problem = shallowRef<unknown>()
  const busy = ref('')

  /** The form's definition is a help; without it the values are still shown. */
  async function loadMatter(code: string): Promise<void> {
    if (matter.value?.code === code) return
    matter.value = await api.matter(code).catch(() => undefined)
  }

  /** Shows the case as it is now. What was typed and not yet saved stays typed. */
  function show(c: CaseDetail): void {
    const before = new Map(fields.value.map((f) => [f.name, f.value]))
    for (const f of c.form) {
      const typed = values[f.name] !== undefined && values[f.name] !== before.get(f.name)
      if (!typed) values[f.name] = f.value
    }
    detail.value = c
  }

  watch(load.data, (c) => c && show(c))
  watch(caseNo, () => {
    detail.value = undefined
    problem.value = undefined
    looked.clear()
    for (const name of Object.keys(values)) delete values[name]
    load.data.value = undefined
    void load.run()
  })

  const power = computed(() => (detail.value ? casePower(detail.value, me.value) : undefined))
  const fields = computed(() => detail.value?.form ?? [])
  const changed = computed(() => changedValues(fields.value, values))
  const dirty = computed(() => Object.keys(changed.value).length > 0)

  /** What is wrong with the form as typed, by field. */
  function formFaults(): Map<string, ValueFault> {
    const faults = fields.value.map((f) => [f.name, valueFault(f, values[f.name] ?? '')] as const)
    return new Map(faults.filter((x): x is readonly [string, ValueFault] => x[1] !== undefined))
  }

  /** Runs one act after another; its answer is the new case, its refusal stays on the page. */
  async function act(name: string, call: (c: CaseDetail) => Promise<CaseDetail>): Promise<boolean> {
    if (!detail.value || busy.value) return false
    busy.value = name
    problem.value = undefined
    try {
      show(await call(detail.value))
      return true
    } catch (err) {
      problem.value = err
      if (err instanceof Problem && stale.has(err.code)) await refresh()
      return false
    } finally {
      busy.value = ''
    }
  }

  /** Reads the case again behind a refusal; if that fails too, the refusal says enough. */
  async function refresh(): Promise<void> {
    const now = await api.case(caseNo.value).catch(() => undefined)
    if (now) show(now)
  }

  const saved = (c: CaseDetail) => (dirty.value ? api.saveForm(c.caseNo, c.version, changed.value) : Promise.resolve(c))

  return {
    load,
    detail,
    matter,
    values,
    fields,
    dirty,
    looked,
    power,
    problem,
    busy,
    formFaults,
    take: () => act('take', (c) => api.takeCase(c.caseNo, c.version)),
    save: () => act('save', saved),
    submit: (opinion: string) =>
      act('submit', async (c) => {
        const s = await saved(c)
        show(s)
        return api.submitCase(s.caseNo, s.version, opinion || undefined)
      }),
    decide: (outcome: Outcome, opinion: string) =>
      act(outcome, (c) => api.decideCase(c.caseNo, c.version, outcome, opinion)),
    result: (identifier: string) => act('result', (c) => api.recordResult(c.caseNo, c.version, identifier)),
    paper: (seq: number, reason: string, ground?: PaperGround) => act('paper', (c) => api.acceptPaper(c.caseNo, seq, reason, ground)),
    commit: (seq: number, body: { kind: CommitKind; days: number; how: CommitHow }) =>
      act('commit', (c) => api.offerCommitment(c.caseNo, seq, { version: c.version, ...body })),
    acknowledge: (seq: number, opinion: string) => act('acknowledge', (c) => api.acknowledgeCommitment(c.caseNo, seq, opinion)),
    correct: (items: Correction[]) => act('correct', (c) => api.askCorrection(c.caseNo, c.version, items)),
    chase: (seq: number) => act(`chase-${seq}`, (c) => api.chaseLicense(c.caseNo, seq)),
    reassign: (accountId: string, reason: string) => act('reassign', (c) => api.reassignCase(c.caseNo, c.version, accountId, reason)),
    look: async (seq: number): Promise<LentLicense> => {
      const lent = await api.readMaterial(caseNo.value, seq)
      looked.set(seq, lent.fields)
      return lent
    },
  }
}

export type Desk = ReturnType<typeof useDesk>

/** Acts asked for in a dialog: what the server refuses belongs beside the question, not on the page behind it. */
export function useAside(desk: () => Desk) {
  const problem = shallowRef<unknown>()

  async function run(act: () => Promise<boolean>): Promise<boolean> {
    problem.value = undefined
    if (await act()) return true
    problem.value = desk().problem.value
    desk().problem.value = undefined
    return false
  }

  return { problem, run }
}
