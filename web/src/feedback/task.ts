import { useQuery } from "@tanstack/vue-query";
import type { Ref } from "vue";

import { answered, api, whole } from "@/api/client";
import type { components } from "@/api/schema";

import { asking } from "./item";

type Schemas = components["schemas"];
export type Task = Schemas["UserTaskView"];
export type Values = Record<string, unknown>;

const MOST = 200;

/** A task with the version that it was read in. */
export interface TaskSeen {
  task: Task;
  etag: string;
}

/** A task, read anew whenever somebody changes it. */
export function useTask(key: Ref<string>) {
  return useQuery({ queryKey: ["task", key, "view"], queryFn: () => readTask(key.value), refetchInterval: asking });
}

/** A task as it is now. */
export async function readTask(key: string): Promise<TaskSeen> {
  const { data, response } = await whole(api.GET("/v2/user-tasks/{key}", { params: { path: { key } } }));
  return { task: data as Task, etag: response.headers.get("ETag") ?? "" };
}

/** The form of a task, null where it has none. */
export async function readForm({ userTaskKey: key, formId }: Task): Promise<Record<string, unknown> | null> {
  if (!formId) return null;
  return (await answered(api.GET("/v2/user-tasks/{key}/form", { params: { path: { key } } }))).schema;
}

/** What the task sees, masked. */
export async function readVariables(key: string): Promise<Values> {
  const page = { limit: MOST };
  const found = await answered(api.POST("/v2/user-tasks/{key}/variables/search", { params: { path: { key } }, body: { page } as never }));
  return Object.fromEntries(found.items.map(({ name, value }) => [name, value]));
}

/** Complete a task as it was seen. */
export function complete({ task, etag }: TaskSeen, variables: Values): Promise<unknown> {
  const params = { path: { key: task.userTaskKey }, header: { "If-Match": etag } };
  return answered(api.POST("/v2/user-tasks/{key}/completion", { params, body: { variables } }));
}

/** Take a task that nobody has. */
export function claim({ task, etag }: TaskSeen, username: string): Promise<unknown> {
  const params = { path: { key: task.userTaskKey }, header: { "If-Match": etag } };
  return answered(api.POST("/v2/user-tasks/{key}/assignment", { params, body: { assignee: username, allowOverride: false } }));
}

/** Give a task back to those who may claim it. */
export function giveBack({ task, etag }: TaskSeen): Promise<unknown> {
  const params = { path: { key: task.userTaskKey }, header: { "If-Match": etag } };
  return answered(api.DELETE("/v2/user-tasks/{key}/assignee", { params }));
}

/** What was filled in, without the fields that were left empty. */
export function filled(values: Values): Values {
  const kept = Object.entries(values)
    .map(([name, value]): [string, unknown] => [name, isGroup(value) ? filled(value) : value])
    .filter(([, value]) => value !== null && value !== undefined && value !== "" && !(isGroup(value) && Object.keys(value).length === 0));
  return Object.fromEntries(kept);
}

/** Values with others over them; groups of fields are merged, lists replaced. */
export function merged(under: Values, over: Values): Values {
  const found: Values = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const before = found[name];
    found[name] = isGroup(before) && isGroup(value) ? merged(before, value) : value;
  }
  return found;
}

/** What somebody else changed of a task: the field, and what it is now. */
export interface Change {
  field: "state" | "assignee" | "owner";
  value: string;
}

// Dates, priority and candidates move by themselves, as limits pass, and take nothing from whoever fills it in.
const WATCHED: Change["field"][] = ["state", "assignee", "owner"];

/** How a task differs from how it was seen, as far as it concerns whoever fills it in. */
export function changesOf(before: Task, now: Task): Change[] {
  const said = (task: Task, field: Change["field"]) => String(task[field] ?? "");
  return WATCHED.filter((field) => said(before, field) !== said(now, field)).map((field) => ({ field, value: said(now, field) }));
}

function isGroup(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
