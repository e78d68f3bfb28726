import { useLoad } from '@yinxin/shared'
import { computed } from 'vue'
import { beijingYear, yearsNeeded } from './logic/calendar'
import { useOffice } from './office'

/** What is loud wherever it is seen: years whose working days are not known, and posts that nobody holds. Each is
 * shown only to those who can do something about it; a count that does not come is no alarm. */
export function useAlarms() {
  const { api, me } = useOffice()
  const has = (...roles: string[]) => roles.some((r) => me.value.roles.includes(r))

  const load = useLoad(async () => {
    const years = has('admin', 'digital') ? await Promise.all(yearsNeeded(new Date()).map((y) => api.calendar(y).catch(() => undefined))) : []
    const vacancies = has('admin', 'digital', 'catalog') ? await api.vacancies({ limit: 1 }).catch(() => undefined) : undefined
    return { missing: years.flatMap((y) => (y && !y.known ? [y.year] : [])), vacancies: vacancies?.total ?? 0 }
  })

  return {
    run: load.run,
    missing: computed(() => load.data.value?.missing ?? []),
    /** A year that has begun without its arrangement is worse than one to come. */
    urgent: computed(() => (load.data.value?.missing ?? []).includes(beijingYear(new Date()))),
    vacancies: computed(() => load.data.value?.vacancies ?? 0),
  }
}
