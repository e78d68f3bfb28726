import type { RouteRecordRaw } from 'vue-router'
import MattersPage from '../pages/MattersPage.vue'
import MissingPage from '../pages/MissingPage.vue'

const meta = { room: 'matters' }

export const matterRoutes: RouteRecordRaw[] = [
  { path: '/matters', name: 'matters', component: MattersPage, meta },
  { path: '/matters/coverage', name: 'coverage', component: MissingPage, meta },
  { path: '/matters/unbound', name: 'unbound', component: MissingPage, meta },
  { path: '/matters/stale', name: 'stale-bindings', component: MissingPage, meta },
  { path: '/matters/exempt', name: 'exempt', component: MissingPage, meta },
  { path: '/matters/inspections', name: 'inspections', component: MissingPage, meta },
  { path: '/matters/scenarios', name: 'scenarios', component: MissingPage, meta },
  { path: '/matters/sync', name: 'matter-sync', component: MissingPage, meta },
  { path: '/matters/:matterCode', name: 'matter', component: MissingPage, props: true, meta },
]
