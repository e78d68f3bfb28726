import type { RouteRecordRaw } from 'vue-router'
import AppealPage from '../pages/AppealPage.vue'
import AppealsPage from '../pages/AppealsPage.vue'
import ViolationPage from '../pages/ViolationPage.vue'
import ViolationsPage from '../pages/ViolationsPage.vue'

export const appealRoutes: RouteRecordRaw[] = [
  { path: '/appeals', name: 'appeals', component: AppealsPage },
  { path: '/appeals/:appealId', name: 'appeal', component: AppealPage, props: true, meta: { room: 'appeals' } },
  { path: '/supervise', name: 'supervise', component: ViolationsPage },
  { path: '/supervise/:violationId', name: 'violation', component: ViolationPage, props: true, meta: { room: 'supervise' } },
]
