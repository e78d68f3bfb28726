import type { RouteRecordRaw } from 'vue-router'
import ErasurePage from '../pages/ErasurePage.vue'
import GlassPage from '../pages/GlassPage.vue'
import LogHealthPage from '../pages/LogHealthPage.vue'
import PolicyPage from '../pages/PolicyPage.vue'
import RecordsPage from '../pages/RecordsPage.vue'
import UsagePage from '../pages/UsagePage.vue'

export const doorRoutes: RouteRecordRaw[] = [
  { path: '/policy', name: 'policy', component: PolicyPage },
  { path: '/break-glass', name: 'glasses', component: GlassPage },
  { path: '/erasures', name: 'erasures', component: ErasurePage, meta: { room: 'settings' } },
  { path: '/usage', name: 'usage', component: UsagePage, meta: { room: 'makings' } },
  { path: '/records', name: 'records', component: RecordsPage, meta: { room: 'supervise' } },
  { path: '/log', name: 'log-health', component: LogHealthPage, meta: { room: 'settings' } },
]
