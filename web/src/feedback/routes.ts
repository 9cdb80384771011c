import { Files } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

import { addFinder } from "@/shell/palette";

import { findItems } from "./finder";

addFinder(findItems);

export const routes: RouteRecordRaw[] = [
  {
    path: "feedback",
    name: "feedback",
    component: () => import("./ItemListPage.vue"),
    meta: { title: "feedback", actions: ["feedback.read"], menu: { group: "work", order: 20, icon: Files }, shortcut: "f" },
  },
  {
    path: "feedback/:number(\\d{6}-\\d{3,9})",
    name: "item",
    component: () => import("./ItemPage.vue"),
    props: true,
    meta: { title: "item", actions: ["feedback.read"] },
  },
];
