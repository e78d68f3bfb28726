export const matterZh = {}
