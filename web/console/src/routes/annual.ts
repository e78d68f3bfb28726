import type { RouteRecordRaw } from 'vue-router'
import AnnualPage from '../pages/AnnualPage.vue'
import DuePage from '../pages/DuePage.vue'

export const annualRoutes: RouteRecordRaw[] = [
  { path: '/due', name: 'due', component: DuePage, meta: { room: 'makings' } },
  { path: '/due/:annualId', name: 'annual', component: AnnualPage, props: true, meta: { room: 'makings' } },
]
