import { Clock, View } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

export const routes: RouteRecordRaw[] = [
  {
    path: "audit",
    name: "audit",
    component: () => import("./AuditPage.vue"),
    meta: { title: "audit", actions: ["audit.replay"], menu: { group: "audit", order: 10, icon: Clock }, shortcut: "a" },
  },
  {
    path: "audit/instances/:instance(\\d+)",
    name: "replay",
    component: () => import("./ReplayPage.vue"),
    props: true,
    meta: { title: "replay", actions: ["audit.replay"] },
  },
  {
    path: "access-records",
    name: "accessRecords",
    component: () => import("./AccessPage.vue"),
    meta: { title: "accessRecords", actions: ["access_record.read"], menu: { group: "audit", order: 20, icon: View } },
  },
];
