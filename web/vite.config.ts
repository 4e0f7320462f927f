import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = new URL('.', import.meta.url).pathname;

export default defineConfig({
  root: here,
  plugins: [react()],
  // What src/ledger hashes and verifies with, in a browser.
  resolve: { alias: { 'node:crypto': `${here}src/crypto.ts` } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // Everything comes from files of ours: a strict policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7411', '/ledger': 'http://127.0.0.1:7411' } },
});
