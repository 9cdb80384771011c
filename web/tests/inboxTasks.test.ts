import { effectScope, nextTick, ref } from "vue";
import { expect, it, vi } from "vitest";

import { api } from "@/api/client";
import type { TaskSearch } from "@/inbox/query";
import { useTasks } from "@/inbox/tasks";

vi.mock("@/api/live", () => ({ live: { value: true }, onLive: () => () => undefined }));
vi.mock("vue", async (load) => ({ ...(await load<typeof import("vue")>()), onBeforeUnmount: () => undefined }));

const SEARCH = { filter: { state: "CREATED" } } as TaskSearch;

/** Answers to come, in the order in which they were asked for. */
function asked() {
  const answers: ((assignee: string) => void)[] = [];
  vi.spyOn(api, "POST").mockImplementation((() =>
    new Promise((answer) =>
      answers.push((assignee) => {
        const items = [{ userTaskKey: "7", assignee }];
        answer({ data: { items, page: { totalItems: 1 } }, response: new Response() });
      }),
    )) as never);
  return answers;
}

const soon = () => new Promise((done) => setTimeout(done, 5));

it("keeps what is newest when two changes of a task follow one another closely", async () => {
  const answers = asked();
  const scope = effectScope();
  const tasks = scope.run(() => useTasks(ref(SEARCH)))!;
  answers.shift()!("nobody");
  await soon();

  const first = tasks.refresh(["7"]);
  const second = tasks.refresh(["7"]);
  await soon();
  // A second look that did not wait would be answered now, and the first one late.
  if (answers.length > 1) answers.pop()!("wangqiang");
  await soon();
  answers.shift()!("linmei");
  await first;
  await soon();
  answers.shift()?.("wangqiang");
  await second;

  expect(tasks.rows.value.map(({ task }) => task.assignee)).toEqual(["wangqiang"]);
  scope.stop();
});

it("looks at a change only after the list that was on its way has come", async () => {
  const answers = asked();
  const scope = effectScope();
  const search = ref(SEARCH);
  const tasks = scope.run(() => useTasks(search))!;
  answers.shift()!("nobody");
  await soon();

  search.value = { ...SEARCH };
  await nextTick();
  const change = tasks.refresh(["7"]);
  await soon();
  if (answers.length > 1) answers.pop()!("wangqiang");
  await soon();
  answers.shift()!("nobody");
  await soon();
  answers.shift()?.("wangqiang");
  await change;

  expect(tasks.rows.value.map(({ task }) => task.assignee)).toEqual(["wangqiang"]);
  scope.stop();
});
