import { Client, confirmApi, Confirming, confirmKey, makeI18n, restoreLarge } from '@yinxin/shared'
import '@yinxin/shared/tokens.css'
import '@yinxin/shared/base.css'
import './ui/element'
import './ui/page.css'
import './ui/form.css'
import { createApp, shallowRef } from 'vue'
import { makeApi } from './api'
import App from './App.vue'
import { en } from './messages/en'
import { zh } from './messages/zh'
import { officeKey } from './office'
import { makeRouter } from './router'

restoreLarge()
const i18n = makeI18n({ zh, en })
const confirming = new Confirming()
const client = new Client({ lang: () => (i18n.global.locale.value === 'en' ? 'en' : 'zh-CN'), confirm: confirming.ask })

createApp(App)
  .provide(officeKey, { api: makeApi(client), session: shallowRef() })
  .provide(confirmKey, { api: confirmApi(client), confirming })
  .use(i18n)
  .use(makeRouter())
  .mount('#app')
