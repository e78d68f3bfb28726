import { startBrowser } from './support/browser.mjs'
import { startCity } from './support/city.mjs'
import { Person } from './support/person.mjs'
import { chapters } from './flow/story/console.mjs'
const [browser, city] = await Promise.all([startBrowser(), startCity('SQLite')])
const story={browser,city}
try {
  for (const [k,l,to] of [['carrier','carrier','/m/'],['window','gl-xzfw-clerk','/console/']]) {
    story[k]=await Person.arrive(browser,{city,name:k,device:{viewport:{width:1440,height:900}}}); await story[k].signIn(l,to)
  }
  story.window.page.on('response', async r=>{ if(r.url().includes('/api/')) console.log(r.request().method(), r.url(), r.status(), r.request().postData()??'', r.url().includes('visit')?(await r.text().catch(()=>'')).slice(0,400):'') })
  await chapters.counter(story)
} catch(e){console.error(e.message)} finally { await browser.close(); await city.stop() }
