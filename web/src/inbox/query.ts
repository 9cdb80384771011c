import type { LocationQuery } from "vue-router";

import type { components } from "@/api/schema";

export type TaskSearch = components["schemas"]["TaskSearch"];
export type Sort = "due" | "created" | "priority";

/** What the inbox shows; it lives in the page's address, so that it can be kept and shared. */
export interface Chosen {
  /** `mine`, `claimable`, `department`, `all` that one sees, or a candidate group such as `team.senior`. */
  queue: string;
  number: string;
  element: string;
  urgency: string;
  due: "" | "overdue" | "today";
  sort: Sort;
}

export interface Own {
  username: string;
  department: string;
  groups: string[];
}

const SORTS: Record<Sort, { field: "dueDate" | "creationDate" | "priority"; order: "ASC" | "DESC" }> = {
  due: { field: "dueDate", order: "ASC" },
  created: { field: "creationDate", order: "DESC" },
  priority: { field: "priority", order: "DESC" },
};

/** The choice that an address holds. */
export function fromAddress(query: LocationQuery): Chosen {
  const word = (name: string) => (typeof query[name] === "string" ? query[name] : "");
  const sort = word("sort");
  const due = word("due");
  return {
    queue: word("queue") || "mine",
    number: word("number"),
    element: word("element"),
    urgency: word("urgency"),
    due: due === "overdue" || due === "today" ? due : "",
    sort: sort === "created" || sort === "priority" ? sort : "due",
  };
}

/** The address of a choice, without what goes without saying. */
export function toAddress(chosen: Chosen): Record<string, string> {
  const plain: Record<string, string> = { queue: "mine", sort: "due" };
  return Object.fromEntries(Object.entries(chosen).filter(([name, value]) => value && value !== plain[name]));
}

/** The choice as the API's search takes it; `now` and `midnight` bound what is late or due today. */
export function toSearch(chosen: Chosen, own: Own, now: Date, midnight: Date): TaskSearch {
  const filter: NonNullable<TaskSearch["filter"]> = { state: "CREATED", ...ofQueue(chosen.queue, own) };
  if (chosen.number) filter.feedbackNumber = { $like: `*${chosen.number}*` };
  if (chosen.element) filter.elementId = chosen.element;
  if (chosen.urgency) filter.processInstanceVariables = [{ name: "urgency", value: JSON.stringify(chosen.urgency) }];
  if (chosen.due === "overdue") filter.dueDate = { $lt: now.toISOString() };
  if (chosen.due === "today") filter.dueDate = { $gte: now.toISOString(), $lt: midnight.toISOString() };
  return { filter, sort: [SORTS[chosen.sort]] };
}

function ofQueue(queue: string, own: Own): NonNullable<TaskSearch["filter"]> {
  if (queue === "all") return {};
  if (queue === "mine") return { assignee: own.username };
  if (queue === "claimable") return { assignee: { $exists: false }, candidateGroup: { $in: own.groups } };
  return { candidateGroup: queue === "department" ? own.department : queue };
}

/** The next midnight in the house's zone, which has no summer time. */
export function nextMidnight(now: Date): Date {
  const SHIFT = 8 * 3_600_000;
  const DAY = 24 * 3_600_000;
  return new Date((Math.floor((now.getTime() + SHIFT) / DAY) + 1) * DAY - SHIFT);
}
