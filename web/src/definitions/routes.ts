import { Calendar, EditPen, Grid, Share, VideoPlay } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

const actions = ["definition.read"];

export const routes: RouteRecordRaw[] = [
  {
    path: "definitions",
    name: "definitions",
    component: () => import("./list/DefinitionsPage.vue"),
    meta: { title: "definitions", actions, menu: { group: "process", order: 10, icon: Share }, shortcut: "d" },
  },
  { path: "definitions/:version", name: "definition", component: () => import("./version/VersionPage.vue"), props: true, meta: { title: "definition", actions } },
  {
    path: "drafts",
    name: "drafts",
    component: () => import("./draft/DraftsPage.vue"),
    meta: { title: "drafts", actions, menu: { group: "process", order: 20, icon: EditPen }, shortcut: "e" },
  },
  { path: "drafts/:id", name: "draft", component: () => import("./draft/DraftPage.vue"), props: true, meta: { title: "draft", actions } },
  { path: "definition-comparison", name: "comparison", component: () => import("./compare/ComparePage.vue"), meta: { title: "comparison", actions } },
  {
    path: "rules",
    name: "rules",
    component: () => import("./rules/RulesPage.vue"),
    meta: { title: "rules", actions, menu: { group: "process", order: 30, icon: Grid }, shortcut: "l" },
  },
  {
    path: "calendars",
    name: "calendars",
    component: () => import("./calendars/CalendarsPage.vue"),
    meta: { title: "calendars", actions: ["calendar.read"], menu: { group: "process", order: 40, icon: Calendar } },
  },
  {
    path: "dry-run",
    name: "dryRun",
    component: () => import("./dryrun/DryRunPage.vue"),
    meta: { title: "dryRun", actions: ["definition.edit"], menu: { group: "process", order: 50, icon: VideoPlay } },
  },
];
