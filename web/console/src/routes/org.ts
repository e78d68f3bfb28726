import { defineComponent, h } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import AccountNewPage from '../pages/AccountNewPage.vue'
import AccountPage from '../pages/AccountPage.vue'
import AccountsPage from '../pages/AccountsPage.vue'
import CalendarPage from '../pages/CalendarPage.vue'
import ChangesPage from '../pages/ChangesPage.vue'
import CodeTablePage from '../pages/CodeTablePage.vue'
import CodeTablesPage from '../pages/CodeTablesPage.vue'
import DutiesPage from '../pages/DutiesPage.vue'
import FeedPage from '../pages/FeedPage.vue'
import MandateNewPage from '../pages/MandateNewPage.vue'
import MandatesPage from '../pages/MandatesPage.vue'
import PushPage from '../pages/PushPage.vue'
import RegistrationPage from '../pages/RegistrationPage.vue'
import RegionsPage from '../pages/RegionsPage.vue'
import ReorganisePage from '../pages/ReorganisePage.vue'
import SettingsPage from '../pages/SettingsPage.vue'
import SystemPage from '../pages/SystemPage.vue'
import SystemsPage from '../pages/SystemsPage.vue'
import UnitEditPage from '../pages/UnitEditPage.vue'
import UnitNewPage from '../pages/UnitNewPage.vue'
import UnitPage from '../pages/UnitPage.vue'
import UnitsPage from '../pages/UnitsPage.vue'
import VerticalPage from '../pages/VerticalPage.vue'

const units = { room: 'units' }
const settings = { room: 'settings' }

// Not the page of an entry itself: it would stay, with the blank form, when a new entry leads on to its own page.
const NewSystemPage = defineComponent(() => () => h(SystemPage))

export const orgRoutes: RouteRecordRaw[] = [
  { path: '/units', name: 'units', component: UnitsPage },
  { path: '/units/new', name: 'unit-new', component: UnitNewPage, meta: units },
  { path: '/units/reorganise', name: 'reorganise', component: ReorganisePage, meta: units },
  { path: '/units/mandates', name: 'mandates', component: MandatesPage, meta: units },
  { path: '/units/mandates/new', name: 'mandate-new', component: MandateNewPage, meta: units },
  { path: '/units/vacancies', name: 'duties', component: DutiesPage, meta: units },
  { path: '/units/systems', name: 'systems', component: SystemsPage, meta: units },
  { path: '/units/systems/new', name: 'system-new', component: NewSystemPage, meta: units },
  { path: '/units/systems/:systemId', name: 'system', component: SystemPage, props: true, meta: units },
  { path: '/units/systems/:systemId/registration', name: 'registration', component: RegistrationPage, props: true, meta: units },
  { path: '/units/feed', name: 'feed', component: FeedPage, meta: units },
  { path: '/units/vertical', name: 'vertical', component: VerticalPage, meta: units },
  { path: '/units/push', name: 'push', component: PushPage, meta: units },
  { path: '/units/:unitId', name: 'unit', component: UnitPage, props: true, meta: units },
  { path: '/units/:unitId/edit', name: 'unit-edit', component: UnitEditPage, props: true, meta: units },

  { path: '/settings', name: 'settings', component: SettingsPage },
  { path: '/settings/factors', name: 'factors', component: () => import('../pages/FactorsPage.vue'), meta: settings },
  { path: '/settings/accounts', name: 'accounts', component: AccountsPage, meta: settings },
  { path: '/settings/accounts/new', name: 'account-new', component: AccountNewPage, meta: settings },
  { path: '/settings/accounts/:accountId', name: 'account', component: AccountPage, props: true, meta: settings },
  { path: '/settings/regions', name: 'regions', component: RegionsPage, meta: settings },
  { path: '/settings/codes', name: 'codetables', component: CodeTablesPage, meta: settings },
  { path: '/settings/codes/new', name: 'codetable-new', component: CodeTablePage, meta: settings },
  { path: '/settings/codes/at/:tableCode', name: 'codetable', component: CodeTablePage, props: true, meta: settings },
  { path: '/settings/calendar/:year(\\d{4})?', name: 'calendar', component: CalendarPage, props: true, meta: settings },
  { path: '/settings/changes', name: 'changes', component: ChangesPage, meta: settings },
]
