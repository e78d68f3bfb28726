import type { RouteRecordRaw } from 'vue-router'

export const visitRoutes: RouteRecordRaw[] = [
  { path: '/inspections', component: () => import('../pages/VisitsPage.vue'), meta: { title: 'visit.title', tab: 'me' } },
  { path: '/inspections/:id', component: () => import('../pages/VisitPage.vue'), props: true, meta: { title: 'visit.one', tab: 'me' } },
]
