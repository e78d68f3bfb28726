import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The Go server embeds the built files and serves them under /console/.
export default defineConfig({
  base: '/console/',
  plugins: [vue()],
  build: {
    outDir: '../../internal/web/dist/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // What seldom changes stays in the browser's cache when the app changes.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'vendor', test: /node_modules/ }] } } },
  },
  server: {
    port: 5174,
    proxy: { '/api': 'http://127.0.0.1:8080', '/log': 'http://127.0.0.1:8080', '/login': 'http://127.0.0.1:8080' },
  },
})
