export const windowZh = {}
