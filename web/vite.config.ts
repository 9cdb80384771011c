import vue from "@vitejs/plugin-vue";
import { fileURLToPath } from "node:url";
import components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vitest/config";

import { compressed } from "./compress.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const api = process.env.BIHUAN_CONSOLE_API ?? "http://127.0.0.1:8642";

export default defineConfig({
  // Several servers at once must not share what they have bundled.
  cacheDir: process.env.BIHUAN_VITE_CACHE ?? "node_modules/.vite",
  plugins: [
    vue(),
    // Element Plus part by part, so that the first page loads what it shows.
    components({ dirs: [], dts: "src/components.d.ts", resolvers: [ElementPlusResolver()] }),
    compressed(),
  ],
  resolve: { alias: { "@": here("src"), "@words": here("../api/words"), "@proof": here("../proof"), "@templates": here("../channels/templates"), "@drawings": here("../bpmn/diagrams") } },
  define: {
    __INTLIFY_PROD_DEVTOOLS__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 2500,
    sourcemap: false,
    // A hundred small answers weigh more than a few: all words of a language come in one.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // English pages need the names drawn as well, to know them.
            { name: "words-drawn", test: /words\/zh-CN\/element\.json/ },
            { name: "words-zh-CN", test: /words\/zh-CN\/|(?:problems|kinds|acts|proof\/words)\.zh-CN|templates\/zh-CN/ },
            { name: "words-en", test: /words\/en\/|(?:problems|kinds|acts|proof\/words)\.en|templates\/en/ },
            { name: "vue", test: /node_modules\/(@?vue|vue-router|vue-i18n|@intlify|@tanstack\/(vue-)?query)/ },
            // What many pages share is likely needed by the first one.
            { name: "elements", test: /node_modules\/(element-plus|@vueuse|lodash)/, minShareCount: 8 },
          ],
        },
      },
    },
  },
  server: {
    fs: { allow: [here("."), here("../api/words"), here("../proof"), here("../channels/templates"), here("../bpmn/diagrams")] },
    // Pages of the console and routes of the API share one origin, as they do when served.
    proxy: Object.fromEntries(
      ["/api", "/v2", "/survey", "/report"].map((path) => [path, { target: api, changeOrigin: false }]),
    ),
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.ts"] },
});
