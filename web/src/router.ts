import type { Component } from "vue";
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import { mayLeave } from "./house/unsent";
import { may, session } from "./session/session";
import { t } from "./words/words";

declare module "vue-router" {
  interface RouteMeta {
    /** Words of the page's title, below `shell.page`. */
    title?: string;
    /** Who may open it: anybody who may do one of these actions (docs/permissions.md). */
    actions?: string[];
    /** Its place in the menu, if it has one: group, order and icon. */
    menu?: { group: "work" | "overview" | "process" | "audit" | "house"; order: number; icon: Component };
    /** Keys that open it, after `g`. */
    shortcut?: string;
  }
}

// Each room brings its own pages.
const rooms = import.meta.glob<{ routes: RouteRecordRaw[] }>("./*/routes.ts", { eager: true });
const pages = Object.values(rooms).flatMap((room) => room.routes);

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/login", name: "login", component: () => import("./session/LoginPage.vue"), meta: { title: "login" } },
    { path: "/", component: () => import("./shell/Frame.vue"), children: [{ path: "", name: "start", redirect: start }, ...pages, { path: ":rest(.*)*", component: () => import("./shell/NotFound.vue"), meta: { title: "notFound" } }] },
  ],
});

/** The pages in the menu that the person may open. */
export function openPages(): RouteRecordRaw[] {
  return pages
    .filter((page) => page.meta?.menu && allowed(page))
    .sort((one, other) => (one.meta?.menu?.order ?? 0) - (other.meta?.menu?.order ?? 0));
}

function allowed(page: Pick<RouteRecordRaw, "meta">): boolean {
  return !page.meta?.actions || may(...page.meta.actions);
}

/** Where one's day begins: the first page of one's menu. */
function start() {
  return { name: openPages()[0]?.name ?? "myself" };
}

/** Say why one is not where a link leads. */
async function refuse(title = ""): Promise<void> {
  const { tellText } = await import("./shell/problemWords");
  tellText(t("shell.pageRefused", { page: t(`shell.page.${title}`) }));
}

router.beforeEach((to) => {
  if (to.name !== "login" && !session.value) return { name: "login", query: { then: to.fullPath } };
  if (to.name === "login" && session.value) return { name: "start" };
  if (!allowed(to)) {
    void refuse(to.meta.title);
    return { name: "start" };
  }
  return true;
});

// A dialog may be open in which something is typed.
router.beforeEach((to, from) => to.path === from.path || mayLeave());

/** Whether files of an older console were asked for; each browser says it in its own words. */
function isStale(error: unknown): boolean {
  return /dynamically imported module|Importing a module script failed|Unable to preload/.test(String(error));
}

// A new console was served since this page was opened, and its files have other names.
router.onError((error: unknown, to) => {
  if (isStale(error)) window.location.assign(to.fullPath);
});

router.afterEach((to) => {
  const title = to.meta.title ? `${t(`shell.page.${to.meta.title}`)} · ` : "";
  document.title = title + t("shell.name");
});
