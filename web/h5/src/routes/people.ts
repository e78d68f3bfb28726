import type { RouteRecordRaw } from 'vue-router'

export const peopleRoutes: RouteRecordRaw[] = [
  { path: '/dossier', component: () => import('../pages/DossierPage.vue'), meta: { title: 'dossier.title', tab: 'me' } },
  { path: '/people', component: () => import('../pages/PeoplePage.vue'), meta: { title: 'people.title', tab: 'me' } },
  { path: '/people/new', component: () => import('../pages/PeopleAskPage.vue'), meta: { title: 'people.askTitle', tab: 'me' } },
  { path: '/presence', component: () => import('../pages/PresencePage.vue'), meta: { title: 'presence.title', tab: 'me' } },
]
