import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { firstLoad } from './first-load.ts'

// The Go server embeds the built files and serves them under /m/.
export default defineConfig({
  base: '/m/',
  plugins: [vue(), firstLoad()],
  // What of the libraries is not used here is not sent to phones.
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir: '../../internal/web/dist/h5',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What seldom changes stays in the phone's cache when the app changes.
            { name: 'vendor', test: /node_modules\/(@vue|@intlify|vue|vue-router|vue-i18n)\// },
            // What most pages need comes in one piece with the app: many small files wait on each other.
            { name: 'common', test: /\/src\/(parts|logic)\/|\/shared\/src\//, minShareCount: 4 },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: { '/api': 'http://127.0.0.1:8080', '/log': 'http://127.0.0.1:8080', '/login': 'http://127.0.0.1:8080' },
  },
})
