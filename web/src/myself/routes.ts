import type { RouteRecordRaw } from "vue-router";

export const routes: RouteRecordRaw[] = [
  { path: "me", name: "myself", component: () => import("./MyselfPage.vue"), meta: { title: "myself" } },
  { path: "me/notices", name: "ownNotices", component: () => import("./NoticePage.vue"), meta: { title: "ownNotices" } },
];
