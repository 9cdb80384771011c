import { OfficeBuilding, User } from "@element-plus/icons-vue";
import type { RouteRecordRaw } from "vue-router";

const ACTIONS = ["person.write", "department.deputise"];

export const routes: RouteRecordRaw[] = [
  { path: "people", name: "people", component: () => import("./PeoplePage.vue"), meta: { title: "people", actions: ACTIONS, menu: { group: "house", order: 20, icon: User } } },
  { path: "people/:username", name: "person", component: () => import("./PersonPage.vue"), props: true, meta: { title: "person", actions: ACTIONS } },
  { path: "organisation", name: "organisation", component: () => import("./OrganisationPage.vue"), meta: { title: "organisation", actions: ACTIONS, menu: { group: "house", order: 21, icon: OfficeBuilding } } },
];
