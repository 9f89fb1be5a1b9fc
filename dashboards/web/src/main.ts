/** Start: who is this, then the page. */

import "element-plus/es/components/base/style/css";
import "element-plus/theme-chalk/dark/css-vars.css";
import "./ui/base.css";
import "./ui/theme";

import { createApp, watch } from "vue";

import App from "./App.vue";
import { session } from "./live/session";
import { router } from "./router";
import { i18n, setLanguage } from "./text";

watch(
  () => session.session.value?.language,
  (language) => language && setLanguage(language),
);
addEventListener("online", () => session.feed.hurry());
document.addEventListener("visibilitychange", () => document.hidden || session.feed.hurry());

void session.start().then(() => createApp(App).use(i18n).use(router).mount("#app"));
