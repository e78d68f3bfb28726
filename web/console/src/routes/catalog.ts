import type { RouteRecordRaw } from 'vue-router'
import CatalogPage from '../pages/CatalogPage.vue'
import NewStandardPage from '../pages/NewStandardPage.vue'
import NewTypePage from '../pages/NewTypePage.vue'
import StandardPage from '../pages/StandardPage.vue'
import StandardsPage from '../pages/StandardsPage.vue'
import TypeDiffPage from '../pages/TypeDiffPage.vue'
import TypeDraftPage from '../pages/TypeDraftPage.vue'
import TypeDraftsPage from '../pages/TypeDraftsPage.vue'
import TypePage from '../pages/TypePage.vue'
import TypeReviewPage from '../pages/TypeReviewPage.vue'

const meta = { room: 'catalog' }

export const catalogRoutes: RouteRecordRaw[] = [
  { path: '/catalog', name: 'catalog', component: CatalogPage, meta },
  { path: '/catalog/new', name: 'new-type', component: NewTypePage, meta },
  { path: '/catalog/drafts', name: 'type-drafts', component: TypeDraftsPage, meta },
  { path: '/catalog/drafts/:draftId', name: 'type-draft', component: TypeDraftPage, props: true, meta },
  { path: '/catalog/drafts/:draftId/review', name: 'type-review', component: TypeReviewPage, props: true, meta },
  { path: '/catalog/standards', name: 'standards', component: StandardsPage, meta },
  { path: '/catalog/standards/new', name: 'new-standard', component: NewStandardPage, meta },
  { path: '/catalog/standards/:standardCode', name: 'standard', component: StandardPage, props: true, meta },
  { path: '/catalog/types/:typeCode', name: 'type', component: TypePage, props: true, meta },
  { path: '/catalog/types/:typeCode/diff', name: 'type-diff', component: TypeDiffPage, props: true, meta },
]
