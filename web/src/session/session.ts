import { computed, ref } from "vue";

import { answered, api, useCsrfToken, whenExpired } from "@/api/client";
import { beginLive, endLive } from "@/api/live";
import { ProblemError } from "@/api/problem";
import { queries } from "@/api/queries";
import type { components } from "@/api/schema";

import { tellTabs, whenAnotherTabTells } from "./tabs";

export type OwnSession = components["schemas"]["OwnSession"];

/** Who is logged in here, null for nobody. */
export const session = ref<OwnSession | null>(null);
/** The login has ended while a page was open; what was typed stands until one logs in again. */
export const expired = ref(false);
/** It ended because another tab of this browser logged in as somebody else, or out. */
export const replaced = ref(false);
export const username = computed(() => session.value?.username ?? "");

whenExpired(() => {
  if (session.value) expired.value = true;
});

/** How often other tabs have told who is logged in. */
let told = 0;

whenAnotherTabTells((name) => {
  told += 1;
  if (!session.value) return;
  replaced.value = expired.value = name !== session.value.username;
  // The same person: only what proves the session is new.
  if (!expired.value) void readSession();
});

/** Whether one may do an action with at least some items; the API decides about each. */
export function may(...actions: string[]): boolean {
  return actions.some((action) => session.value?.actions.includes(action) ?? false);
}

/** Ask who is logged in; a house that cannot be reached is told of by the login page. */
export async function loadSession(): Promise<void> {
  await readSession();
  // A login at the provider came back to this tab only.
  if (session.value) tellTabs(session.value.username);
}

async function readSession(): Promise<void> {
  const before = told;
  try {
    const { session: holds } = await answered(api.GET("/api/login"));
    const found = holds ? await answered(api.GET("/api/session")) : null;
    // What was on its way while another tab logged in or out may be of the one before.
    if (told !== before) return await readSession();
    if (found) begun(found);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    session.value = null;
  }
}

/** Log in with a password; throws the refusal. */
export async function login(name: string, password: string): Promise<void> {
  const again = expired.value && name === session.value?.username;
  begun(await answered(api.POST("/api/session", { body: { username: name, password } })));
  expired.value = replaced.value = false;
  tellTabs(username.value);
  // Somebody else at the same window must not see what the first one had read.
  if (!again) queries.clear();
  else await queries.invalidateQueries();
}

/** Log out here, and at the provider if it knows of the session. */
export async function logout(): Promise<void> {
  const elsewhere = session.value?.logout_url;
  await answered(api.POST("/api/logout"));
  endLive();
  tellTabs("");
  session.value = null;
  queries.clear();
  if (elsewhere) window.location.assign(elsewhere);
}

function begun(found: OwnSession): void {
  session.value = found;
  useCsrfToken(found.csrf_token ?? "");
  beginLive();
}
