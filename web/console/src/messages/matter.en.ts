export const matterEn = {}
