import type { RouteRecordRaw } from 'vue-router'
import MissingPage from '../pages/MissingPage.vue'

export const orgRoutes: RouteRecordRaw[] = [
  { path: '/units', name: 'units', component: MissingPage },
  { path: '/settings', name: 'settings', component: MissingPage },
]
