import { onBeforeUnmount, ref } from "vue";

import { span } from "@/words/moments";
import { t } from "@/words/words";

const NEAR_SHARE = 0.2;
const NEAR_AT_LEAST = 1_800_000;

/** How a due time is shown: the words, and whether it is late or near. */
export interface DueShown {
  text: string;
  kind: "late" | "near" | "fine" | "none";
}

/** What is left until `due`, of the time that began at `begun`, at the moment `now`. */
export function dueShown(due: string | null | undefined, begun: string | null | undefined, now: number): DueShown {
  if (!due) return { text: t("inbox.noDue"), kind: "none" };
  const left = Date.parse(due) - now;
  if (left < 0) return { text: t("inbox.late", { span: span(-left) }), kind: "late" };
  const whole = begun ? Date.parse(due) - Date.parse(begun) : 0;
  const near = left <= Math.max(whole * NEAR_SHARE, NEAR_AT_LEAST);
  return { text: t("inbox.left", { span: span(left) }), kind: near ? "near" : "fine" };
}

/** The present moment, anew every 20 seconds. */
export function useNow() {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 20_000);
  onBeforeUnmount(() => clearInterval(timer));
  return now;
}
