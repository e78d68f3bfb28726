import type { RouteRecordRaw } from 'vue-router'

export const applyRoutes: RouteRecordRaw[] = []
