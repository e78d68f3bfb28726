import type { RouteRecordRaw } from 'vue-router'
import SealDeskPage from '../pages/SealDeskPage.vue'
import SealPage from '../pages/SealPage.vue'
import SealRequestsPage from '../pages/SealRequestsPage.vue'
import SealsPage from '../pages/SealsPage.vue'
import SealUsesPage from '../pages/SealUsesPage.vue'

export const sealRoutes: RouteRecordRaw[] = [
  { path: '/seals', name: 'seals', component: SealsPage, meta: { room: 'seals' } },
  { path: '/seals/requests', name: 'seal-requests', component: SealRequestsPage, meta: { room: 'seals' } },
  { path: '/seals/desk', name: 'seal-desk', component: SealDeskPage, meta: { room: 'seals' } },
  { path: '/seals/uses', name: 'seal-uses', component: SealUsesPage, meta: { room: 'seals' } },
  { path: '/seals/:sealCode', name: 'seal', component: SealPage, props: true, meta: { room: 'seals' } },
]
