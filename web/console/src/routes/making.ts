import type { RouteRecordRaw } from 'vue-router'
import IssuedPage from '../pages/IssuedPage.vue'
import IssuedSearchPage from '../pages/IssuedSearchPage.vue'
import OperationNewPage from '../pages/OperationNewPage.vue'
import OperationsPage from '../pages/OperationsPage.vue'
import OfflineEntryPage from '../pages/OfflineEntryPage.vue'

// Another page leads to the entry with what it knows: /makings/new?type=…&case=…&system=…&closed=…
export const makingRoutes: RouteRecordRaw[] = [
  { path: '/makings/new', name: 'offline-entry', component: OfflineEntryPage, meta: { room: 'makings' } },
  { path: '/operations', name: 'operations', component: OperationsPage, meta: { room: 'makings' } },
  { path: '/licenses/:identifier/operations/:action', name: 'operation-new', component: OperationNewPage, props: true, meta: { room: 'makings' } },
  { path: '/licenses', name: 'issued-search', component: IssuedSearchPage, meta: { room: 'makings' } },
  { path: '/licenses/:identifier', name: 'issued', component: IssuedPage, props: true, meta: { room: 'makings' } },
]
