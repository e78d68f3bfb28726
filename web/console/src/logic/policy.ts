import type { PolicyGround } from '../api.door'

/** The rules of one ground, or of all (''), in whose sentence, clause, advice or code every word of a query stands. Grounds without any are left out. */
export function narrowed(all: readonly PolicyGround[], ground: string, query: string): PolicyGround[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return all
    .filter((g) => !ground || g.ground === ground)
    .map((g) => ({
      ...g,
      rules: g.rules.filter((r) => {
        const text = [r.text, r.clause, r.todo ?? '', r.code].join('\n').toLowerCase()
        return words.every((w) => text.includes(w))
      }),
    }))
    .filter((g) => g.rules.length > 0)
}
