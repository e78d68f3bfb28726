import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import type { Choice } from './logic/combo'
import { fetchAll, listPath, type Answer, type Ask } from './logic/paged'

type Schemas = components['schemas']

export type Named = Schemas['Named']
export type Coded = Schemas['Coded']
export type Unit = Schemas['Unit']
export type UnitRow = Schemas['UnitRow']
export type UnitEvent = Schemas['UnitEvent']
export type NewUnit = Schemas['UnitCreateInputBody']
export type UnitUpdate = Schemas['UnitUpdateInputBody']
export type Reorganise = Schemas['ReorganisationInputBody']
export type Reorganisation = Schemas['Reorganisation']
export type Mandate = Schemas['Mandate']
export type NewMandate = Schemas['MandateCreateInputBody']
export type Duty = Schemas['Duty']
export type DutySet = Schemas['DutySetInputBody']
export type Vacancy = Schemas['Vacancy']
export type Candidate = Schemas['Candidate']
export type System = Schemas['System']
export type SystemCoverage = Schemas['SystemCoverage']
export type NewSystem = Schemas['SystemCreateInputBody']
export type SystemUpdate = Schemas['SystemUpdateInputBody']
export type Account = Schemas['Account']
export type NewAccount = Schemas['AccountCreateInputBody']
export type AccountUpdate = Schemas['AccountUpdateInputBody']
export type AccountSecret = Schemas['AccountSecretOutputBody']
export type RoleWord = Schemas['RoleWord']
export type Region = Schemas['Region']
export type RegionSet = Schemas['RegionSetInputBody']
export type CodeTable = Schemas['CodeTable']
export type CodeTableRow = Schemas['CodeTableRow']
export type CodeEntry = Schemas['CodeEntry']
export type CodeTableSet = Schemas['CodeTableSetInputBody']
export type CalendarYear = Schemas['CalendarYear']
export type CalendarDay = Schemas['CalendarDay']
export type DayKind = Schemas['DaySetInputBody']['kind']
export type Change = Schemas['Change']
export type ConfigTask = Schemas['Task']
export type Seal = Schemas['Seal']

export type Step = Duty['step']
export const steps: readonly Step[] = ['make', 'review', 'correct']

export interface ChangeAsk {
  subject?: string
  subjectId?: string
  unitId?: string
  /** Only older ones than this entry. */
  before?: string
  limit?: number
}

const v1 = '/api/v1'
const part = encodeURIComponent
const mostOffered = 12

/** What changes nothing but a state: the version that was seen, and why. */
interface Stepped {
  version: number
  reason: string
}

type More = Readonly<Record<string, string | undefined>>
type Items<T> = { items: T[] | null }

/** Operations of the pages about units, accounts and settings. */
export function orgApi(c: Client) {
  return { ...unitApi(c), ...peopleApi(c), ...settingApi(c) }
}

/** Units, what they entrust to each other, their systems and seals. */
function unitApi(c: Client) {
  const unitAt = (id: string) => `${v1}/units/${part(id)}`
  const systemAt = (id: string) => `${v1}/systems/${part(id)}`
  const children = (id: string, ask: Partial<Ask>) => c.get<Answer<UnitRow>>(listPath(`${unitAt(id)}/children`, ask, { state: 'active' }))
  /** What a picker offers: the first few that the words find. */
  const find = async (path: string, q: string): Promise<Choice[]> => {
    const found = await c.get<Items<{ code: string; name: string }>>(listPath(`${v1}/${path}`, { q, limit: mostOffered }))
    return (found.items ?? []).slice(0, mostOffered).map((x) => ({ value: x.code, label: x.name, note: x.code }))
  }
  return {
    findTypes: (q: string) => find('types', q),
    findMatters: (q: string) => find('matters', q),

    units: (ask: Partial<Ask>, more: More = {}) => c.get<Answer<UnitRow>>(listPath(`${v1}/units`, ask, more)),
    rootUnits: () => fetchAll<UnitRow>((ask) => c.get(listPath(`${v1}/units/roots`, ask)), { q: '', filters: {} }),
    unitChildren: (id: string) => fetchAll<UnitRow>((ask) => children(id, ask), { q: '', filters: {} }),
    unit: (id: string) => c.get<Unit>(unitAt(id)),
    newUnit: (body: NewUnit) => c.post<Unit>(`${v1}/units`, body),
    saveUnit: (id: string, body: UnitUpdate) => c.put<Unit>(unitAt(id), body),
    unitHistory: async (id: string) => (await c.get<Items<UnitEvent>>(`${unitAt(id)}/history`)).items ?? [],
    /** The types that a unit issues. */
    claimedTypes: (id: string) => fetchAll<Coded>((ask) => c.get(listPath(`${v1}/types`, ask, { claimer: id })), { q: '', filters: {} }),
    reorganise: (body: Reorganise) => c.post<Reorganisation>(`${v1}/reorganisations`, body),

    unitSeals: (id: string) => c.get<{ items: Seal[] | null; canBeMade: boolean }>(`${unitAt(id)}/seals`),
    applyForSeal: (unitId: string, reason: string) => c.post(`${v1}/seal-requests`, { kind: 'new', purpose: 'license', seals: [{ unitId }], reason }),

    mandates: (ask: Partial<Ask>, more: More = {}) => c.get<Answer<Mandate>>(listPath(`${v1}/mandates`, ask, more)),
    newMandate: (body: NewMandate) => c.post<Mandate>(`${v1}/mandates`, body),
    endMandate: (id: string, body: Stepped) => c.post<Mandate>(`${v1}/mandates/${part(id)}/end`, body),

    systems: (ask: Partial<Ask>, more: More = {}) => c.get<Answer<System>>(listPath(`${v1}/systems`, ask, more)),
    systemCoverage: () => c.get<{ all: SystemCoverage; byUnit: SystemCoverage[] | null }>(`${v1}/systems/coverage`),
    systemExport: (more: More) => listPath(`${v1}/systems/export`, {}, more),
    system: (id: string) => c.get<System>(systemAt(id)),
    newSystem: (body: NewSystem) => c.post<System>(`${v1}/systems`, body),
    saveSystem: (id: string, body: SystemUpdate) => c.put<System>(systemAt(id), body),
    removeSystem: (id: string, body: Stepped) => c.post<void>(`${systemAt(id)}/removal`, body),
  }
}

/** Accounts, who answers for what, and the work that configuration gives them. */
function peopleApi(c: Client) {
  const accountAt = (id: string) => `${v1}/accounts/${part(id)}`
  return {
    accounts: (ask: Partial<Ask>, more: More = {}) => c.get<Answer<Account>>(listPath(`${v1}/accounts`, { ...ask, q: undefined }, { ...more, login: ask.q?.trim() })),
    account: (id: string) => c.get<Account>(accountAt(id)),
    newAccount: (body: NewAccount) => c.post<AccountSecret>(`${v1}/accounts`, body),
    saveAccount: (id: string, body: AccountUpdate) => c.put<Account>(accountAt(id), body),
    stopAccount: (id: string, body: Stepped) => c.post<Account>(`${accountAt(id)}/stop`, body),
    startAccount: (id: string, body: Stepped) => c.post<Account>(`${accountAt(id)}/start`, body),
    resetFactors: (id: string, body: Stepped) => c.post<AccountSecret>(`${accountAt(id)}/factors/reset`, body),
    resetPassword: (id: string, body: Stepped) => c.post<AccountSecret>(`${accountAt(id)}/password`, body),
    roles: async () => (await c.get<Items<RoleWord>>(`${v1}/roles`)).items ?? [],

    duties: (unitId: string) => fetchAll<Duty>((ask) => c.get(listPath(`${v1}/duties`, ask, { unitId })), { q: '', filters: {} }),
    setDuty: (body: DutySet) => c.put<{ duty?: Duty }>(`${v1}/duties`, body),
    candidates: async (unitId: string) => (await c.get<Items<Candidate>>(`${v1}/units/${part(unitId)}/candidates`)).items ?? [],
    vacancies: (ask: Partial<Ask>, more: More = {}) => c.get<Answer<Vacancy>>(listPath(`${v1}/vacancies`, ask, more)),

    tasks: () => fetchAll<ConfigTask>((ask) => c.get(listPath(`${v1}/tasks`, ask)), { q: '', filters: {} }, 300),
    changes: ({ limit, ...more }: ChangeAsk) => c.get<{ items: Change[] | null; next?: string }>(listPath(`${v1}/changes`, { limit }, more)),
  }
}

/** Regions, code tables and working days. */
function settingApi(c: Client) {
  return {
    regions: (ask: Partial<Ask>, more: More = {}) => c.get<Answer<Region>>(listPath(`${v1}/regions`, ask, more)),
    region: (code: string) => c.get<Region>(`${v1}/regions/${part(code)}`),
    saveRegion: (code: string, body: RegionSet) => c.put<Region>(`${v1}/regions/${part(code)}`, body),

    codeTables: (ask: Partial<Ask>) => c.get<Answer<CodeTableRow>>(listPath(`${v1}/codetables`, ask)),
    codeTable: (code: string) => c.get<CodeTable>(`${v1}/codetables/${part(code)}`),
    saveCodeTable: (code: string, body: CodeTableSet) => c.put<CodeTable>(`${v1}/codetables/${part(code)}`, body),

    calendar: (year: number) => c.get<CalendarYear>(`${v1}/calendar/${year}`),
    saveYear: (year: number, body: { days: CalendarDay[]; version: number; reason: string }) => c.put<CalendarYear>(`${v1}/calendar/${year}`, body),
    saveDay: (year: number, day: string, body: { kind: DayKind; name?: string; version: number; reason: string }) =>
      c.put<CalendarYear>(`${v1}/calendar/${year}/days/${day}`, body),
  }
}
