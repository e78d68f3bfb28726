import { testFlow } from './flow/flow.mjs'
import { approveByKeyboard, openByKeyboard } from './flow/keyboard.mjs'
import { inCorners, inEnglish, inLargeType, onSmallScreens, prepareViews, withoutScript } from './flow/views.mjs'

// How the pages look and are worked does not depend on the database, so one city is enough for it.
testFlow('SQLite', [
  ['a case is opened and submitted by keyboard alone', openByKeyboard],
  ['and approved by keyboard alone', approveByKeyboard],
  ['more pages are found', prepareViews],
  ['the pages stand large type', inLargeType],
  ['the pages are there in English', inEnglish],
  ['the pages stand a small phone, and 200 %', onSmallScreens],
  ['dialogs, dead ends and refusals are as good as the rest', inCorners],
  ['the public pages do without script', withoutScript],
])
