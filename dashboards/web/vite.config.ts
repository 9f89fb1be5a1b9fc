import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig, type Plugin } from "vite";

const api = process.env["HOTLINE_DEV_API"] ?? "http://127.0.0.1:8901";
const WORTH_IT_BYTES = 1024;

/** A compressed copy beside each file of some size: the service sends it to every browser that takes one. */
const compressedCopies: Plugin = {
  name: "compressed-copies",
  apply: "build",
  async writeBundle({ dir = "" }, bundle) {
    for (const file of Object.values(bundle)) {
      const content = file.type === "chunk" ? file.code : file.source;
      if (Buffer.byteLength(content) < WORTH_IT_BYTES || !/\.(?:js|css|html|svg)$/.test(file.fileName)) continue;
      await writeFile(join(dir, `${file.fileName}.gz`), gzipSync(content, { level: 9 }));
    }
  },
};

export default defineConfig({
  base: "/",
  plugins: [
    vue(),
    Components({ dirs: [], dts: false, resolvers: [ElementPlusResolver({ importStyle: "css" })] }),
    compressedCopies,
  ],
  define: { __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __INTLIFY_PROD_DEVTOOLS__: "false" },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    // The page runs under `default-src 'self'`: nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: api, ws: true, changeOrigin: false } },
  },
});
