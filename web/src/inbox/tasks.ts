import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from "vue";

import { answered, api } from "@/api/client";
import { live, onLive, type LiveEvent } from "@/api/live";
import type { components } from "@/api/schema";

import type { TaskSearch } from "./query";

export type Task = components["schemas"]["UserTaskView"];
export type Item = components["schemas"]["FeedbackView"];
/** A task with the item that it belongs to, once that is known. */
export interface Row {
  task: Task;
  item?: Item;
}

const PAGE = 100;
const SETTLE_MS = 150;
const SLOW_MS = 30_000;

/**
 * The tasks of a search, page after page, kept fresh.
 *
 * A live event changes the rows that it concerns and nothing else: asking anew for all pages that
 * somebody has scrolled through would cost more the longer they look.
 */
export function useTasks(search: Ref<TaskSearch>) {
  const rows = shallowRef<Row[]>([]);
  const total = ref(0);
  const more = ref(false);
  const loading = ref(true);
  const problem = ref<unknown>();
  /** Tasks that were changed or came while one was looking further down. */
  const fresh = ref(0);
  let after: string | null = null;
  let run = 0;
  let busy = false;
  /** What is being looked at; whoever looks at a change waits for it. */
  let looking: Promise<void> = Promise.resolve();
  const touched = new Set<string>();
  let settle: ReturnType<typeof setTimeout> | undefined;

  function begin(quiet = false): Promise<void> {
    const mine = readAnew(quiet);
    looking = mine;
    return mine;
  }

  async function readAnew(quiet: boolean) {
    const mine = ++run;
    busy = true;
    if (!quiet) loading.value = true;
    problem.value = undefined;
    try {
      const page = await read(search.value, null);
      if (mine !== run) return;
      rows.value = page.rows;
      take(page);
      fresh.value = 0;
    } catch (error) {
      if (mine === run) problem.value = error;
    } finally {
      if (mine === run) {
        loading.value = false;
        busy = false;
      }
    }
  }

  async function next() {
    if (busy || !more.value) return;
    const mine = run;
    busy = true;
    try {
      const page = await read(search.value, after);
      if (mine !== run) return;
      const known = new Set(rows.value.map(({ task }) => task.userTaskKey));
      rows.value = [...rows.value, ...page.rows.filter(({ task }) => !known.has(task.userTaskKey))];
      take(page);
    } catch (error) {
      if (mine === run) problem.value = error;
    } finally {
      if (mine === run) busy = false;
    }
  }

  function take(page: Awaited<ReturnType<typeof read>>) {
    after = page.after;
    more.value = page.rows.length === PAGE && page.after !== null;
    total.value = page.total;
  }

  /**
   * Look anew at some tasks: those that no longer fit leave, the others are as they are now.
   *
   * One look after the other: of two at once the older answer may come last, and would stay.
   */
  function refresh(keys: string[]): Promise<void> {
    const before = looking;
    const mine = before.catch(() => undefined).then(() => look(keys));
    looking = mine;
    return mine;
  }

  async function look(keys: string[]) {
    const mine = run;
    const shown = keys.filter((key) => rows.value.some(({ task }) => task.userTaskKey === key));
    const others = keys.length - shown.length;
    if (others > 0 && rows.value.length <= PAGE) return readAnew(true);
    if (others > 0) fresh.value += others;
    for (let at = 0; at < shown.length; at += PAGE) {
      const some = shown.slice(at, at + PAGE);
      const page = await read({ ...search.value, filter: { ...search.value.filter, userTaskKey: { $in: some } } }, null);
      if (mine !== run) return;
      const now = new Map(page.rows.map((row) => [row.task.userTaskKey, row]));
      const gone = some.filter((key) => !now.has(key)).length;
      rows.value = rows.value.flatMap((row) => (some.includes(row.task.userTaskKey) ? (now.get(row.task.userTaskKey) ?? []) : row));
      total.value = Math.max(0, total.value - gone);
    }
  }

  function onEvent({ type, data }: LiveEvent) {
    if (type === "refetch") return void begin(true);
    if (!data.userTaskKey) return;
    touched.add(data.userTaskKey);
    clearTimeout(settle);
    settle = setTimeout(() => {
      const keys = [...touched];
      touched.clear();
      refresh(keys).catch((error: unknown) => (problem.value = error));
    }, SETTLE_MS);
  }

  const unlisten = onLive(onEvent);
  const slow = setInterval(() => {
    if (!live.value && rows.value.length <= PAGE) void begin(true);
  }, SLOW_MS);
  onBeforeUnmount(() => {
    run += 1;
    unlisten();
    clearInterval(slow);
    clearTimeout(settle);
  });
  watch(search, () => void begin(), { immediate: true });

  return { rows, total, more, loading, problem, fresh, begin, next, refresh };
}

async function read(search: TaskSearch, after: string | null) {
  const body = { ...search, page: { limit: PAGE, ...(after ? { after } : {}) } } as TaskSearch;
  const found = await answered(api.POST("/v2/user-tasks/search", { body }));
  const items = await itemsOf(found.items);
  const rows = found.items.map((task): Row => ({ task, item: items.get(task.feedbackNumber ?? "") }));
  return { rows, after: found.page.endCursor ?? null, total: found.page.totalItems };
}

async function itemsOf(tasks: Task[]): Promise<Map<string, Item>> {
  const numbers = [...new Set(tasks.flatMap(({ feedbackNumber }) => feedbackNumber ?? []))];
  if (numbers.length === 0) return new Map();
  const { items } = await answered(api.GET("/api/feedback", { params: { query: { numbers, limit: numbers.length } } }));
  return new Map(items.map((item) => [item.number, item]));
}
