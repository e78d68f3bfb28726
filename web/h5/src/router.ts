import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { appealRoutes } from './routes/appeal'
import { applyRoutes } from './routes/apply'
import { authoriseRoutes } from './routes/authorise'
import { commitRoutes } from './routes/commit'
import { peopleRoutes } from './routes/people'
import { shareRoutes } from './routes/share'
import { showRoutes } from './routes/show'
import { visitRoutes } from './routes/visit'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title. */
    title: string
    /** Pages that fill the screen have no tab bar. */
    bare?: boolean
    /** The tab that is current on this page. */
    tab?: 'home' | 'matters' | 'uses' | 'verify' | 'me'
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', component: () => import('./pages/HomePage.vue'), meta: { title: 'title.home', tab: 'home' } },
  {
    path: '/licenses/:id',
    component: () => import('./pages/LicensePage.vue'),
    props: true,
    meta: { title: 'title.license', tab: 'home' },
  },
  {
    path: '/licenses/:id/show',
    component: () => import('./pages/ShowPage.vue'),
    props: true,
    meta: { title: 'title.show', bare: true },
  },
  {
    path: '/matters/:code',
    component: () => import('./pages/MatterPage.vue'),
    props: true,
    meta: { title: 'title.matter', tab: 'matters' },
  },
  { path: '/uses', component: () => import('./pages/UsesPage.vue'), meta: { title: 'title.uses', tab: 'uses' } },
  {
    path: '/uses/:no',
    component: () => import('./pages/UsePage.vue'),
    props: true,
    meta: { title: 'title.use', tab: 'uses' },
  },
  { path: '/verify', component: () => import('./pages/VerifyPage.vue'), meta: { title: 'title.verify', tab: 'verify' } },
  { path: '/me', component: () => import('./pages/MePage.vue'), meta: { title: 'title.me', tab: 'me' } },
  { path: '/me/factors', component: () => import('./pages/FactorsPage.vue'), meta: { title: 'factors.title', tab: 'me' } },
  ...applyRoutes,
  ...commitRoutes,
  ...peopleRoutes,
  ...appealRoutes,
  ...showRoutes,
  ...shareRoutes,
  ...visitRoutes,
  ...authoriseRoutes,
  { path: '/:rest(.*)*', component: () => import('./pages/MissingPage.vue'), meta: { title: 'title.missing' } },
]

/** The app's pages under /m/. */
export function makeRouter() {
  return createRouter({
    history: createWebHistory(import.meta.env.BASE_URL),
    routes,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
}
