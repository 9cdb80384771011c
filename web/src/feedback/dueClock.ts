import { ref } from "vue";

import type { Clock, ItemRow } from "./item";

/** The clock that counts, and how it stands. */
export interface Due {
  kind: string;
  dueAt: string;
  state: "running" | "paused" | "late" | "near";
  /** Milliseconds that are left; below zero it is late. */
  left: number;
}

const NEAR = 0.8;
const TICK_MS = 5_000;
/** In which status a limit that has passed is still owed. */
const OWED: Record<string, readonly string[]> = {
  acceptance: ["pending"],
  first_response: ["pending", "processing"],
  solution: ["pending", "processing"],
  progress: ["processing"],
  second_followup: ["second_followup"],
  collaboration: ["processing"],
};

/** Now, as the clocks on the page show it. */
export const now = ref(Date.now());
setInterval(() => (now.value = Date.now()), TICK_MS);

/**
 * The clock that counts: what is owed and due first.
 *
 * A limit that has passed counts as long as what it asked for is owed; clocks that stand count
 * where nothing else runs.
 */
export function countingClock(item: Pick<ItemRow, "status" | "clocks">, at: number): Due | undefined {
  const owed = item.clocks.filter((clock) => isOwed(clock, item.status));
  const running = owed.filter((clock) => clock.state !== "paused");
  const [first] = (running.length > 0 ? running : owed).sort((one, other) => one.due_at.localeCompare(other.due_at));
  return first && dueOf(first, at);
}

/** How a clock stands at a moment. */
export function dueOf(clock: Clock, at: number): Due {
  const due = Date.parse(clock.due_at);
  const begun = Date.parse(clock.started_at);
  if (clock.state === "paused") {
    const held = Date.parse(clock.paused_at ?? clock.due_at);
    return { kind: clock.kind, dueAt: clock.due_at, state: "paused", left: due - held };
  }
  const left = due - at;
  const near = at - begun >= (due - begun) * NEAR;
  return { kind: clock.kind, dueAt: clock.due_at, state: left < 0 ? "late" : near ? "near" : "running", left };
}

function isOwed(clock: Clock, status: string): boolean {
  if (clock.state === "running" || clock.state === "paused") return true;
  return clock.state === "breached" && !clock.met_at && (OWED[clock.kind]?.includes(status) ?? false);
}
