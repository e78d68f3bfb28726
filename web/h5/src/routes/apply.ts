import type { RouteRecordRaw } from 'vue-router'

const tab = 'matters' as const

export const applyRoutes: RouteRecordRaw[] = [
  { path: '/matters', component: () => import('../pages/MattersPage.vue'), meta: { title: 'title.matters', tab } },
  {
    path: '/matters/:code/parties',
    component: () => import('../pages/PartiesPage.vue'),
    props: true,
    meta: { title: 'title.parties', tab },
  },
  { path: '/events/:code', component: () => import('../pages/EventPage.vue'), props: true, meta: { title: 'title.event', tab } },
  { path: '/bundles/:id', component: () => import('../pages/BundlePage.vue'), props: true, meta: { title: 'title.event', tab } },
  { path: '/applications', component: () => import('../pages/ApplicationsPage.vue'), meta: { title: 'title.applications', tab } },
  {
    path: '/applications/:no',
    component: () => import('../pages/ApplicationPage.vue'),
    props: true,
    meta: { title: 'title.application', tab },
  },
  {
    path: '/:kind(applications|bundles)/:no/fill',
    component: () => import('../pages/FillPage.vue'),
    props: true,
    meta: { title: 'title.fill', tab },
  },
  { path: '/notices', component: () => import('../pages/NoticesPage.vue'), meta: { title: 'title.notices', tab: 'home' } },
]
