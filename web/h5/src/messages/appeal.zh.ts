export const appealZh = {}
