import type { RouteRecordRaw } from 'vue-router'

export const windowRoutes: RouteRecordRaw[] = []
