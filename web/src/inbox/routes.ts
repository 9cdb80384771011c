import { Tickets } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

export const routes: RouteRecordRaw[] = [
  {
    path: "inbox",
    name: "inbox",
    component: () => import("./InboxPage.vue"),
    meta: { title: "inbox", actions: ["user_task.work"], menu: { group: "work", order: 10, icon: Tickets }, shortcut: "i" },
  },
];
