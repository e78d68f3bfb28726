/** The labels of form fields by their names; a name that has none stands for itself. */
export function fieldNames(names: readonly string[], labels: Readonly<Record<string, string>>): string[] {
  return names.map((n) => labels[n] ?? n)
}

/** What is wrong with a deadline in working days; a key of `bench.fault`. */
export function daysFault(days: string): 'days' | undefined {
  const n = Number(days)
  return Number.isInteger(n) && n >= 1 && n <= 30 ? undefined : 'days'
}
