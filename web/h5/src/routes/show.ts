import type { RouteRecordRaw } from 'vue-router'

export const showRoutes: RouteRecordRaw[] = []
