import type { RouteRecordRaw } from 'vue-router'
import DeadlinesPage from '../pages/DeadlinesPage.vue'

export const deadlineRoutes: RouteRecordRaw[] = [{ path: '/deadlines', name: 'deadlines', component: DeadlinesPage, meta: { room: 'makings' } }]
