import type { RouteRecordRaw } from 'vue-router'

export const commitRoutes: RouteRecordRaw[] = [
  { path: '/commitments', component: () => import('../pages/CommitmentsPage.vue'), meta: { title: 'commit.mine', tab: 'me' } },
]
