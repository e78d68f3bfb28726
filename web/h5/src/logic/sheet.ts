import type { Api, Application, Bundle } from '@yinxin/shared'
import type { Sheet } from './application'

/** What an applicant fills in for one matter. */
export function sheetOf(api: Api, a: Application): Sheet {
  const again = (now: Application) => sheetOf(api, now)
  return {
    name: a.matter.name,
    home: `/applications/${a.caseNo}`,
    units: [a.unit.name],
    mending: a.stage === 'mend',
    form: a.form,
    materials: a.materials.map((m) => ({ ...m, caseNo: a.caseNo })),
    corrections: a.stage === 'mend' ? (a.corrections[0]?.items ?? []) : [],
    open: a.todo,
    load: async () => again(await api.application(a.caseNo)),
    save: async (values) => again(await api.saveApplication(a.caseNo, a.version, values)),
    handIn: () => api.handIn(a.caseNo, a.version),
  }
}

/** What an applicant fills in for several matters at once: each thing that more than one asks for, once. */
export function sheetOfBundle(api: Api, b: Bundle): Sheet {
  const again = (now: Bundle) => sheetOfBundle(api, now)
  const open = b.steps.filter((s) => s.stage === 'draft')
  return {
    name: b.event.name,
    home: `/bundles/${b.id}`,
    units: [...new Set(open.map((s) => s.unit.name))],
    mending: false,
    form: b.form,
    materials: once(open.flatMap((s) => s.materials.map((m) => ({ ...m, caseNo: s.caseNo })))),
    corrections: [],
    open: b.state === 'draft',
    load: async () => again(await api.bundle(b.id)),
    save: async (values) => again(await api.saveBundle(b.id, values)),
    handIn: () => api.handInBundle(b.id),
  }
}

// What comes by itself for several matters is told once. What is handed in goes with the matter that asks for it.
function once(all: Sheet['materials']): Sheet['materials'] {
  const seen = new Set<string>()
  return all.filter((m) => {
    const key = `${m.name} ${m.party ?? ''} ${m.status}`
    return m.upload || (!seen.has(key) && seen.add(key))
  })
}

/** Reads what is filled in, by the kind that stands in the address. */
export async function openSheet(api: Api, kind: 'applications' | 'bundles', no: string): Promise<Sheet> {
  return kind === 'bundles' ? sheetOfBundle(api, await api.bundle(no)) : sheetOf(api, await api.application(no))
}
