import { ref } from "vue";

import { answered, api } from "./client";
import { ProblemError } from "./problem";
import { queries } from "./queries";

/** What the house tells of (`GET /api/events`); it holds keys and codes, no personal data. */
export interface LiveEvent {
  type: string;
  data: { userTaskKey?: string; processInstanceKey?: string; feedbackNumber?: string | null };
}

/** Whether changes arrive as they happen; else the pages ask now and then. */
export const live = ref(false);

const KINDS = [
  "user_task.created", "user_task.assigned", "user_task.updated", "user_task.delegated",
  "user_task.returned", "user_task.completed", "user_task.canceled", "feedback.changed", "counters", "notice",
  "refetch", "closed",
];
const listeners = new Set<(event: LiveEvent) => void>();
const tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("bihuan-live");
let stop: () => void = () => undefined;
// A browser gives up on a stream that was refused, such as by a proxy while the house begins anew.
const REOPEN_MS = 5_000;

/** Call `tell` for every event until the returned function is called. */
export function onLive(tell: (event: LiveEvent) => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/**
 * Listen while one is logged in.
 *
 * A browser gives one host six connections for all its tabs, so that one tab listens for all.
 */
export function beginLive(): void {
  stop();
  let source: EventSource | null = null;
  let release: () => void = () => undefined;
  let ended = false;
  const open = () => {
    if (ended) return;
    source = listen(() => void reopen());
  };
  /** Ask first who is logged in: where nobody is any more, that asks for the login. */
  const reopen = async () => {
    await new Promise((done) => setTimeout(done, REOPEN_MS));
    if (ended) return;
    try {
      await answered(api.GET("/api/session"));
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return;
      return reopen();
    }
    open();
    // What happened meanwhile was told to nobody.
    told({ type: "refetch", data: {} });
  };
  if (tabs && navigator.locks) {
    tabs.onmessage = ({ data }: MessageEvent<LiveEvent>) => {
      live.value = true;
      told(data);
    };
    const until = new Promise<void>((resolve) => (release = resolve));
    void navigator.locks.request("bihuan-live", () => (ended ? undefined : (open(), until)));
  } else open();
  stop = () => {
    ended = true;
    source?.close();
    release();
    live.value = false;
  };
}

/** Listen no more. */
export function endLive(): void {
  stop();
}

function listen(refused: () => void): EventSource {
  const source = new EventSource("/api/events");
  source.onopen = () => (live.value = true);
  source.onerror = () => {
    live.value = false;
    if (source.readyState === EventSource.CLOSED) refused();
  };
  for (const type of KINDS) {
    source.addEventListener(type, (message) => {
      const event = { type, data: JSON.parse((message as MessageEvent<string>).data || "{}") } as LiveEvent;
      tabs?.postMessage(event);
      told(event);
    });
  }
  return source;
}

function told(event: LiveEvent): void {
  for (const key of stale(event)) void queries.invalidateQueries({ queryKey: key });
  for (const tell of listeners) tell(event);
}

/** Which readings an event makes stale. */
export function stale({ type, data }: LiveEvent): string[][] {
  if (type === "refetch") return [[]];
  if (type === "counters") return [["counters"]];
  if (type === "notice") return [["notices"]];
  if (type === "feedback.changed") return data.feedbackNumber ? [["feedback", data.feedbackNumber]] : [];
  const keys = [["tasks"]];
  if (data.userTaskKey) keys.push(["task", data.userTaskKey]);
  if (data.feedbackNumber) keys.push(["feedback", data.feedbackNumber]);
  return keys;
}
