import type { Making } from '../api'

export type MakingStep = Making['step']

/** The steps of making a license, in order. */
export const makingSteps: readonly MakingStep[] = ['data', 'sealed', 'published', 'refused']

const waitingFirst: Record<MakingStep, number> = { sealed: 0, data: 1, refused: 2, published: 3 }

/** What waits for review first, then by deadline; narrowed by step and by words. */
export function filterMakings(all: readonly Making[], step: MakingStep | undefined, query: string): Making[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return all
    .filter((m) => !step || m.step === step)
    .filter((m) => {
      const text = [m.type.name, m.holderNameMasked, m.caseNo ?? '', m.licenseId].join(' ').toLowerCase()
      return words.every((w) => text.includes(w))
    })
    .sort((a, b) => waitingFirst[a.step] - waitingFirst[b.step] || Date.parse(a.dueAt) - Date.parse(b.dueAt))
}

export function countStep(all: readonly Making[], step: MakingStep): number {
  return all.filter((m) => m.step === step).length
}
