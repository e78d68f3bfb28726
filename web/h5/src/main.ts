import { Client, makeApi, makeI18n, restoreLarge } from '@yinxin/shared'
import { createApp } from 'vue'
import App from './App.vue'
import { apiKey } from './context'
import { en } from './messages/en'
import { zh } from './messages/zh'
import { makeRouter } from './router'
import { useVant } from './vant'
import '@yinxin/shared/tokens.css'
import '@yinxin/shared/base.css'
import './theme.css'

restoreLarge()
const i18n = makeI18n({ zh, en })
const client = new Client({ lang: () => i18n.global.locale.value })
const app = createApp(App)
app.use(i18n).use(makeRouter()).provide(apiKey, makeApi(client))
useVant(app)
app.mount('#app')
