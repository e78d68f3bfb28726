import type { RouteRecordRaw } from 'vue-router'

export const shareRoutes: RouteRecordRaw[] = []
