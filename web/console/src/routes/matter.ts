import type { RouteRecordRaw } from 'vue-router'
import MissingPage from '../pages/MissingPage.vue'

export const matterRoutes: RouteRecordRaw[] = [{ path: '/matters', name: 'matters', component: MissingPage }]
