import { Phone } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

export const routes: RouteRecordRaw[] = [
  {
    path: "intake",
    name: "intake",
    component: () => import("./IntakePage.vue"),
    meta: { title: "intake", actions: ["feedback.message"], menu: { group: "work", order: 30, icon: Phone }, shortcut: "n" },
  },
];
