import { Clock, DataAnalysis, Delete, Download, Lock, Stamp, View } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

const ofInstance = (path: string, name: string, component: RouteRecordRaw["component"]): RouteRecordRaw => ({
  path: `audit/instances/:instance(\\d+)${path}`,
  name,
  component: component!,
  props: true,
  meta: { title: name, actions: ["audit.replay"] },
});

export const routes: RouteRecordRaw[] = [
  {
    path: "audit",
    name: "audit",
    component: () => import("./AuditPage.vue"),
    meta: { title: "audit", actions: ["audit.replay"], menu: { group: "audit", order: 10, icon: Clock }, shortcut: "a" },
  },
  ofInstance("", "replay", () => import("./ReplayPage.vue")),
  ofInstance("/difference", "difference", () => import("./DifferencePage.vue")),
  ofInstance("/timeline", "auditTimeline", () => import("./TimelinePage.vue")),
  ofInstance("/proof", "proof", () => import("./ProofPage.vue")),
  {
    path: "access-records",
    name: "accessRecords",
    component: () => import("./AccessPage.vue"),
    meta: { title: "accessRecords", actions: ["access_record.read"], menu: { group: "audit", order: 20, icon: View } },
  },
  {
    path: "audit/manifests",
    name: "manifests",
    component: () => import("./manifests/ManifestPage.vue"),
    meta: { title: "manifests", actions: ["audit.verify"], menu: { group: "audit", order: 30, icon: Stamp } },
  },
  {
    path: "audit/mining",
    name: "mining",
    component: () => import("./mining/MiningPage.vue"),
    meta: { title: "mining", actions: ["audit.mine"], menu: { group: "audit", order: 40, icon: DataAnalysis } },
  },
  {
    path: "audit/export",
    name: "auditExport",
    component: () => import("./ExportPage.vue"),
    meta: { title: "auditExport", actions: ["audit.export"], menu: { group: "audit", order: 50, icon: Download } },
  },
  {
    path: "audit/legal-holds",
    name: "legalHolds",
    component: () => import("./holds/HoldPage.vue"),
    meta: { title: "legalHolds", actions: ["legal_hold.manage"], menu: { group: "audit", order: 60, icon: Lock } },
  },
  {
    path: "audit/erasures",
    name: "erasures",
    component: () => import("./erasures/ErasurePage.vue"),
    meta: { title: "erasures", actions: ["erasure.read"], menu: { group: "audit", order: 70, icon: Delete } },
  },
];
