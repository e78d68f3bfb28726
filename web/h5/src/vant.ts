import { Button, Field, Skeleton } from 'vant'
import type { App } from 'vue'
// Style sheet by style sheet: Vant's bundles bring an icon font as a data address, which our CSP refuses.
import 'vant/es/style/base.css'
import 'vant/es/loading/index.css'
import 'vant/es/button/index.css'
import 'vant/es/cell/index.css'
import 'vant/es/field/index.css'
import 'vant/es/skeleton/index.css'
import 'vant/es/skeleton-title/index.css'
import 'vant/es/skeleton-paragraph/index.css'

/** Makes the parts of Vant known that this app uses. */
export function useVant(app: App): void {
  app.use(Button).use(Field).use(Skeleton)
  // Vant's field swallows Enter unless it stands in a form of Vant's; ours are plain forms, which Enter sends.
  document.addEventListener('keypress', letEnterSend, true)
}

function letEnterSend(e: KeyboardEvent): void {
  if (e.key === 'Enter' && e.target instanceof HTMLInputElement) e.stopPropagation()
}
