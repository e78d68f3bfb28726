import { createRouter, createWebHistory } from 'vue-router'
import CasePage from './pages/CasePage.vue'
import CasesPage from './pages/CasesPage.vue'
import MakingPage from './pages/MakingPage.vue'
import MakingsPage from './pages/MakingsPage.vue'
import MissingPage from './pages/MissingPage.vue'
import NewCasePage from './pages/NewCasePage.vue'
import RulesPage from './pages/RulesPage.vue'
import TodayPage from './pages/TodayPage.vue'
import { appealRoutes } from './routes/appeal'
import { batchRoutes } from './routes/batch'
import { doorRoutes } from './routes/door'
import { sealRoutes } from './routes/seal'
import { catalogRoutes } from './routes/catalog'
import { annualRoutes } from './routes/annual'
import { deadlineRoutes } from './routes/deadline'
import { intakeRoutes } from './routes/intake'
import { makingRoutes } from './routes/making'
import { matterRoutes } from './routes/matter'
import { orgRoutes } from './routes/org'
import { windowRoutes } from './routes/window'

let moves = 0

/** Whether the reader has moved within the app; the first page must not steal the focus from the browser. */
export function navigated(): boolean {
  return moves > 1
}

export function makeRouter() {
  const router = createRouter({
    history: createWebHistory(import.meta.env.BASE_URL),
    routes: [
      { path: '/', redirect: { name: 'today' } },
      { path: '/today', name: 'today', component: TodayPage },
      { path: '/cases', name: 'cases', component: CasesPage },
      { path: '/cases/new', name: 'new-case', component: NewCasePage },
      { path: '/cases/:caseNo', name: 'case', component: CasePage, props: true },
      { path: '/makings', name: 'makings', component: MakingsPage },
      ...makingRoutes,
      { path: '/makings/:licenseId', name: 'making', component: MakingPage, props: true },
      { path: '/rules', name: 'rules', component: RulesPage },
      ...catalogRoutes,
      ...matterRoutes,
      ...orgRoutes,
      ...intakeRoutes,
      ...windowRoutes,
      ...appealRoutes,
      ...annualRoutes,
      ...deadlineRoutes,
      ...batchRoutes,
      ...sealRoutes,
      ...doorRoutes,
      { path: '/:rest(.*)*', name: 'missing', component: MissingPage },
    ],
    scrollBehavior: (to, _from, saved) => saved ?? (to.hash ? { el: to.hash, top: 80 } : { top: 0 }),
  })
  router.afterEach((to, from) => {
    if (to.path !== from.path) moves++
  })
  return router
}
