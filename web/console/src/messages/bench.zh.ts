export const benchZh = {}
