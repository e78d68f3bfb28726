import type { RoleWord } from '../api.org'

/** The chosen roles that keep another from being held by the same account (三员分立). */
export function barring(role: RoleWord, chosen: readonly string[], all: readonly RoleWord[]): RoleWord[] {
  if (chosen.includes(role.role)) return []
  return all.filter((r) => chosen.includes(r.role) && ((role.apart ?? []).includes(r.role) || (r.apart ?? []).includes(role.role)))
}
