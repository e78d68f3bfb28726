export const catalogZh = {}
