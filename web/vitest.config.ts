import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  test: {
    environment: 'happy-dom',
    environmentOptions: { happyDOM: { url: 'https://yinxin.example/m/' } },
    css: { include: [/tokens\.css/] }, // its colours are measured
    include: ['{shared,h5,console}/test/**/*.test.ts'],
  },
})
