import type { RouteRecordRaw } from 'vue-router'
import MissingPage from '../pages/MissingPage.vue'

export const catalogRoutes: RouteRecordRaw[] = [{ path: '/catalog', name: 'catalog', component: MissingPage }]
