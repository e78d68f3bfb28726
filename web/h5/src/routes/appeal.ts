import type { RouteRecordRaw } from 'vue-router'

export const appealRoutes: RouteRecordRaw[] = []
