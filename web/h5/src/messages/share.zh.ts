export const shareZh = {}
