import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The Go server embeds the built files and serves them under /m/.
export default defineConfig({
  base: '/m/',
  plugins: [vue()],
  build: {
    outDir: '../../internal/web/dist/h5',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    proxy: { '/api': 'http://127.0.0.1:8080', '/log': 'http://127.0.0.1:8080', '/login': 'http://127.0.0.1:8080' },
  },
})
