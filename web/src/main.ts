import "element-plus/theme-chalk/dark/css-vars.css";
import "element-plus/es/components/base/style/css";
import "element-plus/es/components/message/style/css";
import "element-plus/es/components/message-box/style/css";
import "./shell/look.css";

import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";

import App from "./App.vue";
import { queries } from "./api/queries";
import { router } from "./router";
import { loadSession } from "./session/session";
import { leaveKeysToInputMethods } from "./shell/composing";
import { applyTheme } from "./shell/theme";
import { loadWords, words } from "./words/words";

applyTheme();
leaveKeysToInputMethods();
await Promise.all([loadWords(), loadSession()]);
createApp(App).use(words).use(VueQueryPlugin, { queryClient: queries }).use(router).mount("#app");
