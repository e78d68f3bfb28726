import type { RouteRecordRaw } from 'vue-router'
import BindingPage from '../pages/BindingPage.vue'
import CoveragePage from '../pages/CoveragePage.vue'
import ExemptPage from '../pages/ExemptPage.vue'
import InspectionsPage from '../pages/InspectionsPage.vue'
import MatterPage from '../pages/MatterPage.vue'
import MattersPage from '../pages/MattersPage.vue'
import MatterSyncPage from '../pages/MatterSyncPage.vue'
import NewMatterPage from '../pages/NewMatterPage.vue'
import ScenarioPage from '../pages/ScenarioPage.vue'
import ScenariosPage from '../pages/ScenariosPage.vue'
import StaleBindingsPage from '../pages/StaleBindingsPage.vue'
import UnboundPage from '../pages/UnboundPage.vue'

const meta = { room: 'matters' }

export const matterRoutes: RouteRecordRaw[] = [
  { path: '/matters', name: 'matters', component: MattersPage, meta },
  { path: '/matters/new', name: 'new-matter', component: NewMatterPage, meta },
  { path: '/matters/coverage', name: 'coverage', component: CoveragePage, meta },
  { path: '/matters/unbound', name: 'unbound', component: UnboundPage, meta },
  { path: '/matters/stale', name: 'stale-bindings', component: StaleBindingsPage, meta },
  { path: '/matters/exempt', name: 'exempt', component: ExemptPage, meta },
  { path: '/matters/inspections', name: 'inspections', component: InspectionsPage, meta },
  { path: '/matters/scenarios', name: 'scenarios', component: ScenariosPage, meta },
  { path: '/matters/scenarios/:id', name: 'scenario', component: ScenarioPage, props: true, meta },
  { path: '/matters/sync', name: 'matter-sync', component: MatterSyncPage, meta },
  { path: '/matters/:matterCode', name: 'matter', component: MatterPage, props: true, meta },
  {
    path: '/matters/:matterCode/materials/:seq',
    name: 'binding',
    component: BindingPage,
    props: (route) => ({ ...route.params, scope: route.query.scope === 'item' ? 'item' : undefined }),
    meta,
  },
]
