import type { RouteRecordRaw } from 'vue-router'

/** The holder's authorisations, and those that name whoever looks. */
export const authoriseRoutes: RouteRecordRaw[] = [
  { path: '/authorisations', component: () => import('../pages/AuthorisationsPage.vue'), meta: { title: 'authorise.title', tab: 'me' } },
  { path: '/authorisations/new', component: () => import('../pages/AuthorisePage.vue'), meta: { title: 'authorise.give', tab: 'me' } },
  {
    path: '/authorisations/:id',
    component: () => import('../pages/AuthorisationPage.vue'),
    props: true,
    meta: { title: 'authorise.one', tab: 'me' },
  },
  { path: '/authorised', component: () => import('../pages/AuthorisedListPage.vue'), meta: { title: 'authorised.title', tab: 'verify' } },
  { path: '/authorised/ask', component: () => import('../pages/AuthoriseAskPage.vue'), meta: { title: 'authorised.ask', tab: 'verify' } },
  {
    path: '/authorised/:id',
    component: () => import('../pages/AuthorisedPage.vue'),
    props: true,
    meta: { title: 'authorised.one', tab: 'verify' },
  },
]
