import type { components } from "@/api/schema";

type Difference = components["schemas"]["Difference"];
export const PARTS = ["elements", "tasks", "timers", "incidents", "waiting", "tokens"] as const;
type Part = (typeof PARTS)[number];
type Shown = Difference[Part]["added"][number];

/** Something that is not the same at two steps: what it is, where it is, what is told of it. */
export interface Changed {
  what: Part | "variables";
  change: "added" | "removed" | "changed";
  element: string;
  name: string;
  before: string;
  after: string;
}

const TOLD = ["assignee", "owner", "due", "name", "code"] as const;

/** What differs as one list: elements first, variables last. */
export function changesOf(difference: Difference): Changed[] {
  const parts = PARTS.flatMap((what) => {
    const { added, removed, changed } = difference[what];
    return [
      ...removed.map((one) => line(what, "removed", one, undefined)),
      ...added.map((one) => line(what, "added", undefined, one)),
      ...changed.map(({ before, after }) => line(what, "changed", before, after)),
    ];
  });
  const variables = difference.variables.flatMap(({ element, name, change, before, after }): Changed[] =>
    membersOf(name, before, after).map(([path, was, now]) => ({ what: "variables", change, element, name: path, before: valueText(was, change === "added"), after: valueText(now, change === "removed") })),
  );
  return [...parts, ...variables];
}

function line(what: Part, change: Changed["change"], before: Shown | undefined, after: Shown | undefined): Changed {
  const there = (after ?? before) as Record<string, unknown>;
  const element = String(there.element ?? there.flow ?? "");
  const differs = TOLD.filter((name) => name in there && (change !== "changed" || field(before, name) !== field(after, name)));
  return { what, change, element, name: differs[0] ?? "", before: before ? field(before, differs[0]) : "", after: after ? field(after, differs[0]) : "" };
}

/** Of two objects only the members that differ, named by their path. */
function membersOf(name: string, before: unknown, after: unknown): [string, unknown, unknown][] {
  if (!isObject(before) || !isObject(after)) return [[name, before, after]];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((one) => JSON.stringify(before[one]) !== JSON.stringify(after[one])).map((one) => [`${name}.${one}`, before[one], after[one]]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function field(of: Shown | undefined, name: string | undefined): string {
  return of && name ? String((of as Record<string, unknown>)[name] ?? "") : "";
}

function valueText(value: unknown, absent: boolean): string {
  if (absent || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
