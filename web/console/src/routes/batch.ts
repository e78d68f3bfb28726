import type { RouteRecordRaw } from 'vue-router'
import BatchPage from '../pages/BatchPage.vue'
import BatchesPage from '../pages/BatchesPage.vue'
import StockPage from '../pages/StockPage.vue'

export const batchRoutes: RouteRecordRaw[] = [
  { path: '/batches', name: 'batches', component: BatchesPage, meta: { room: 'makings' } },
  { path: '/stock', name: 'stock', component: StockPage, meta: { room: 'makings' } },
  { path: '/batches/:batchId', name: 'batch', component: BatchPage, props: true, meta: { room: 'makings' } },
]
