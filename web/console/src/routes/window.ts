import type { RouteRecordRaw } from 'vue-router'
import WindowPage from '../pages/WindowPage.vue'

export const windowRoutes: RouteRecordRaw[] = [{ path: '/window', name: 'window', component: WindowPage }]
