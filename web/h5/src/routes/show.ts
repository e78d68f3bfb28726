import type { RouteRecordRaw } from 'vue-router'

export const showRoutes: RouteRecordRaw[] = [
  {
    path: '/ask',
    component: () => import('../pages/AskPage.vue'),
    meta: { title: 'asking.title', tab: 'verify' },
  },
  {
    path: '/r/:code',
    component: () => import('../pages/AskedPage.vue'),
    props: true,
    meta: { title: 'asked.title', bare: true },
  },
  {
    path: '/receipts',
    component: () => import('../pages/ReceiptsPage.vue'),
    meta: { title: 'receipts.title', tab: 'verify' },
  },
  {
    path: '/receipts/:no',
    component: () => import('../pages/ReceiptPage.vue'),
    props: true,
    meta: { title: 'receipts.one', tab: 'verify' },
  },
]
