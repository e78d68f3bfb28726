export { newKey } from '@yinxin/shared'
