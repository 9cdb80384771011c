import { Connection, Cpu, Setting, Upload, Warning } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

const INSTANCES = ["process_instance.cancel", "incident.read"];

export const routes: RouteRecordRaw[] = [
  { path: "incidents", name: "incidents", component: () => import("./IncidentListPage.vue"), meta: { title: "incidents", actions: ["incident.read"], menu: { group: "house", order: 10, icon: Warning } } },
  { path: "incidents/:incident", name: "incident", component: () => import("./IncidentPage.vue"), props: true, meta: { title: "incident", actions: ["incident.read"] } },
  { path: "instances", name: "instances", component: () => import("./InstanceListPage.vue"), meta: { title: "instances", actions: INSTANCES, menu: { group: "house", order: 11, icon: Connection } } },
  { path: "instances/:instance", name: "instance", component: () => import("./InstancePage.vue"), props: true, meta: { title: "instance", actions: INSTANCES } },
  { path: "health", name: "health", component: () => import("./HealthPage.vue"), meta: { title: "health", actions: ["health.read"], menu: { group: "house", order: 12, icon: Cpu } } },
  { path: "settings", name: "settings", component: () => import("./SettingsPage.vue"), meta: { title: "settings", actions: ["settings.read"], menu: { group: "house", order: 60, icon: Setting } } },
  { path: "imports", name: "imports", component: () => import("./ImportPage.vue"), meta: { title: "imports", actions: ["import.create"], menu: { group: "house", order: 50, icon: Upload } } },
];
