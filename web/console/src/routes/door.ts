import type { RouteRecordRaw } from 'vue-router'
import GlassPage from '../pages/GlassPage.vue'
import PolicyPage from '../pages/PolicyPage.vue'

export const doorRoutes: RouteRecordRaw[] = [
  { path: '/policy', name: 'policy', component: PolicyPage },
  { path: '/break-glass', name: 'glasses', component: GlassPage },
]
