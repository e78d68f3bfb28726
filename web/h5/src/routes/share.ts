import type { RouteRecordRaw } from 'vue-router'

export const shareRoutes: RouteRecordRaw[] = [
  {
    path: '/licenses/:id/share',
    component: () => import('../pages/ShareNewPage.vue'),
    props: true,
    meta: { title: 'share.title', tab: 'home' },
  },
  { path: '/shares', component: () => import('../pages/SharesPage.vue'), meta: { title: 'share.mine', tab: 'me' } },
  {
    path: '/shares/:id',
    component: () => import('../pages/SharePage.vue'),
    props: true,
    meta: { title: 'share.one', tab: 'me' },
  },
]
