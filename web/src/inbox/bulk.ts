import { ref } from "vue";

import { answered, api } from "@/api/client";
import type { components } from "@/api/schema";
import { tellDone, tellProblem, tellText } from "@/shell/problemWords";
import { codeInWords, t } from "@/words/words";

import type { Row, Task } from "./tasks";

type Answer = components["schemas"]["BulkAnswer"];
/** A verb on several tasks; the API answers for each as if it had been alone. */
export type Verb = (keys: string[]) => Promise<Answer>;

const MOST = 100;
const items = (keys: string[]) => keys.map((userTaskKey) => ({ userTaskKey }));

export const claim: Verb = (keys) => answered(api.POST("/v2/user-tasks/bulk-claim", { body: { items: items(keys) } }));

export const complete: Verb = (keys) => answered(api.POST("/v2/user-tasks/bulk-completion", { body: { items: items(keys) } }));

export const assignTo = (assignee: string): Verb => (keys) =>
  answered(api.POST("/v2/user-tasks/bulk-assignment", { body: { assignee, allowOverride: true, items: items(keys) } }));

/** Which tasks are selected, and verbs on them. */
export function useBulk(refresh: (keys: string[]) => Promise<unknown>) {
  const selected = ref(new Set<string>());
  const busy = ref(false);

  function toggle({ userTaskKey }: Task) {
    const now = new Set(selected.value);
    if (!now.delete(userTaskKey)) now.add(userTaskKey);
    selected.value = now;
  }

  function all(rows: Row[], on: boolean) {
    selected.value = new Set(on ? rows.map(({ task }) => task.userTaskKey) : []);
  }

  const clear = () => (selected.value = new Set());

  /** Run a verb; what was refused stays selected, with the reasons said. */
  async function run(verb: Verb, tasks: Task[]) {
    const keys = tasks.map(({ userTaskKey }) => userTaskKey);
    busy.value = true;
    try {
      const left = new Set(selected.value);
      for (let at = 0; at < keys.length; at += MOST) {
        const answer = await verb(keys.slice(at, at + MOST));
        for (const { userTaskKey, status } of answer.items) if (status < 300) left.delete(userTaskKey);
        tell(answer);
      }
      selected.value = left;
      await refresh(keys);
    } catch (error) {
      tellProblem(error);
    } finally {
      busy.value = false;
    }
  }

  return { selected, busy, toggle, all, clear, run };
}

export type Bulk = ReturnType<typeof useBulk>;

function tell({ items: results, done, failed }: Answer) {
  if (done) tellDone(t("inbox.bulkDone", { done }));
  if (!failed) return;
  const reasons = [...new Set(results.flatMap(({ code }) => (code ? [codeInWords("apiProblem", code)] : [])))];
  tellText(t("inbox.bulkFailed", { failed, reasons: reasons.join(" ") }));
}

