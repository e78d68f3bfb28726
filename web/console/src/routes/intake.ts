import type { RouteRecordRaw } from 'vue-router'
import ImportsPage from '../pages/ImportsPage.vue'

// Other rooms lead here with what is to be imported: /imports?kind=units.
export const intakeRoutes: RouteRecordRaw[] = [{ path: '/imports', name: 'imports', component: ImportsPage, meta: { room: 'settings' } }]
