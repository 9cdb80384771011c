import { reactive, watch } from "vue";

import { newKey } from "@/api/client";
import { username } from "@/session/session";

/** What is typed of an item taken by phone; it stays while one looks something up elsewhere. */
export interface Typed {
  contact: string;
  customer_name: string;
  type: string;
  urgency: "normal" | "urgent" | "critical";
  product: string;
  order_number: string;
  region: string;
  description: string;
  channel: "phone" | "chat" | "wechat" | "wecom" | "email" | "sms" | "paper" | "weibo" | "shop";
}

/** One item on its way: its key, and when it was first sent. */
export interface Attempt {
  key: string;
  submitted_at?: string;
}

export const typed = reactive<Typed>(blank());
export const attempt = reactive<Attempt>({ key: newKey() });

function blank(): Typed {
  return { contact: "", customer_name: "", type: "", urgency: "normal", product: "", order_number: "", region: "", description: "", channel: "phone" };
}

/** Whether anything was typed of it. */
export function isBegun(): boolean {
  return JSON.stringify(typed) !== JSON.stringify(blank());
}

/** Begin with another item. */
export function beginAnew(): void {
  Object.assign(typed, blank());
  anotherAttempt();
}

/** The next sending is another command: the one before was refused. */
export function anotherAttempt(): void {
  attempt.key = newKey();
  delete attempt.submitted_at;
}

// Whoever comes to this window next must not see what was typed.
watch(username, beginAnew, { flush: "sync" });
