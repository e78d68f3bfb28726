import type { SameShape } from '../i18n'
import type { zh } from './zh'

export const en: SameShape<typeof zh> = {
  shared: {
    brand: 'Yinxin',
    loading: 'Loading',
    retry: 'Try again',
    back: 'Back',
    network: 'The server cannot be reached. Check your connection, then try again.',
    unknown: 'The server could not finish this step. Try again later. If it still fails, give the service centre this code: {code}.',
    signedOut: 'You have been signed out. Please sign in again.',
    beijing: 'Times are Beijing time.',
    skip: 'Skip to content',
    show: 'Show',
    hide: 'Hide',
  },
}
