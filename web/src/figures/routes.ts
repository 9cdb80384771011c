import { Document, TrendCharts } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

export const routes: RouteRecordRaw[] = [
  {
    path: "figures",
    name: "figures",
    component: () => import("./FiguresPage.vue"),
    meta: { title: "figures", actions: ["figures.read"], menu: { group: "overview", order: 10, icon: TrendCharts }, shortcut: "t" },
  },
  {
    path: "figures/:measure/items",
    name: "figureItems",
    component: () => import("./FigureItemsPage.vue"),
    props: true,
    meta: { title: "figureItems", actions: ["figures.read"] },
  },
  {
    path: "figures/reports",
    name: "reports",
    component: () => import("./ReportsPage.vue"),
    meta: { title: "reports", actions: ["reports.read"], menu: { group: "overview", order: 20, icon: Document } },
  },
];
