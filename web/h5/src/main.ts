import { chosenLang, Client, confirmApi, Confirming, confirmKey, makeApi, restoreLarge } from '@yinxin/shared'
import { createApp } from 'vue'
import App from './App.vue'
import { apiKey } from './context'
import { makeRouter } from './router'
import { useVant } from './vant'
import { startWords } from './words'
import '@yinxin/shared/tokens.css'
import '@yinxin/shared/base.css'
import './theme.css'

async function start(): Promise<void> {
  restoreLarge()
  const confirming = new Confirming()
  const client = new Client({ lang: chosenLang, confirm: confirming.ask })
  const api = makeApi(client)
  // Who is signed in, the first page and its words are fetched at once: a slow line makes every wait in turn felt.
  const session = api.session()
  session.catch(() => undefined) // the app tells it
  const app = createApp(App, { first: session }).provide(apiKey, api).provide(confirmKey, { api: confirmApi(client), confirming }).use(makeRouter())
  useVant(app)
  app.use(await startWords()).mount('#app')
}

void start()
