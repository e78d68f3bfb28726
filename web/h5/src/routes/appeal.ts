import type { RouteRecordRaw } from 'vue-router'

export const appealRoutes: RouteRecordRaw[] = [
  { path: '/appeals', component: () => import('../pages/AppealsPage.vue'), meta: { title: 'appeal.title', tab: 'me' } },
  { path: '/appeals/missing', component: () => import('../pages/SupplementPage.vue'), meta: { title: 'appeal.missing.title', tab: 'me' } },
  { path: '/appeals/complaint', component: () => import('../pages/ComplaintPage.vue'), meta: { title: 'appeal.complaint.title', tab: 'me' } },
  {
    path: '/appeals/:id',
    component: () => import('../pages/AppealPage.vue'),
    props: true,
    meta: { title: 'appeal.one', tab: 'me' },
  },
  {
    path: '/licenses/:id/wrong',
    component: () => import('../pages/CorrectionPage.vue'),
    props: true,
    meta: { title: 'appeal.wrong.title', tab: 'home' },
  },
  { path: '/refuse', component: () => import('../pages/RefusePage.vue'), meta: { title: 'appeal.refuse.title', tab: 'me' } },
  {
    path: '/refuse/:no',
    component: () => import('../pages/AvailabilityPage.vue'),
    props: true,
    meta: { title: 'appeal.proof.title', tab: 'me' },
  },
]
