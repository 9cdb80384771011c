import { Calendar, Moon } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

export const routes: RouteRecordRaw[] = [
  { path: "roster", name: "roster", component: () => import("./RosterPage.vue"), meta: { title: "roster", actions: ["person.read"], menu: { group: "house", order: 30, icon: Calendar } } },
  { path: "absences", name: "absences", component: () => import("./AbsencePage.vue"), meta: { title: "absences", actions: ["absence.write"], menu: { group: "house", order: 31, icon: Moon } } },
];
