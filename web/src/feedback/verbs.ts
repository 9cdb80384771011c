import { answered, api } from "@/api/client";
import type { components } from "@/api/schema";

import type { OpenTask } from "./item";
import { giveBack, type Task, type TaskSeen } from "./task";

export type Verb = "unclaim" | "reassign" | "delegate" | "return" | "sign" | "sendBack" | "urge" | "copy";
export type Position = "before" | "parallel" | "after";
export type Target = components["schemas"]["SendBackTarget"];

/** What a verb asks for before it is carried out. */
export interface Needs {
  people?: "one" | "many";
  reason?: "needed" | "free";
  position?: boolean;
  target?: boolean;
}

export const NEEDS: Record<Verb, Needs> = {
  unclaim: {},
  reassign: { people: "one", reason: "needed" },
  delegate: { people: "one", reason: "needed" },
  return: { reason: "free" },
  sign: { people: "one", position: true, reason: "needed" },
  sendBack: { target: true, reason: "needed" },
  urge: {},
  copy: { people: "many", reason: "free" },
};

/** What was chosen for a verb. */
export interface Chosen {
  people: string[];
  reason: string;
  position: Position;
  target: string;
}

/** Who looks, as far as verbs ask for it. */
export interface Reader {
  username: string;
  directs: boolean;
  may: (action: string) => boolean;
}

/** The verbs that a reader may carry out on a task as it is; the API decides about each. */
export function verbsFor(reader: Reader, open: OpenTask, task: Task | undefined): Verb[] {
  const has = open.assignee === reader.username;
  const gives = (task?.owner ?? open.assignee) === reader.username || reader.directs;
  const fits: Record<Verb, boolean> = {
    unclaim: open.assignee !== null && !task?.owner && (has || reader.directs),
    reassign: gives && !task?.signs,
    delegate: gives && !task?.signs && !task?.owner && open.assignee !== null,
    return: Boolean(task?.owner) && (has || gives),
    sign: gives && !task?.signs,
    sendBack: (has || gives || open.assignee === null) && !task?.signs,
    urge: reader.may("user_task.urge") && !has,
    copy: reader.may("user_task.copy"),
  };
  const verbs = (Object.keys(fits) as Verb[]).filter((verb) => fits[verb]);
  // Of a task that one does not see, one knows that it waits.
  return open.visible && task ? verbs : verbs.filter((verb) => verb === "urge");
}

/** Whether all is chosen that a verb asks for. */
export function isReady(verb: Verb, { people, reason, target }: Chosen): boolean {
  const needs = NEEDS[verb];
  if (needs.people && people.length === 0) return false;
  if (needs.target && !target) return false;
  const said = reason.trim().length;
  return needs.reason === "needed" ? said > 1 : said !== 1;
}

/** Carry out a verb on a task as it was seen; says who was told, where that is an answer. */
export async function carryOut(verb: Verb, key: string, seen: TaskSeen | undefined, chosen: Chosen): Promise<string[]> {
  const header = seen?.etag ? { "If-Match": seen.etag } : {};
  const params = { path: { key }, header };
  const [assignee = ""] = chosen.people;
  const reason = chosen.reason.trim();
  const note = reason ? { note: reason } : {};
  switch (verb) {
    case "unclaim":
      if (seen) await giveBack(seen);
      return [];
    case "reassign":
      await answered(api.POST("/v2/user-tasks/{key}/reassignment", { params, body: { assignee, reason } }));
      return [assignee];
    case "delegate":
      await answered(api.POST("/v2/user-tasks/{key}/delegation", { params, body: { assignee, reason } }));
      return [assignee];
    case "return":
      await answered(api.POST("/v2/user-tasks/{key}/return", { params, body: note }));
      return [];
    case "sign":
      await answered(api.POST("/v2/user-tasks/{key}/signers", { params, body: { assignee, reason, position: chosen.position } }));
      return [assignee];
    case "sendBack":
      await answered(api.POST("/v2/user-tasks/{key}/send-back", { params, body: { elementId: chosen.target, reason } }));
      return [];
    case "urge":
      return (await answered(api.POST("/v2/user-tasks/{key}/urging", { params: { path: { key } } }))).recipients;
    case "copy":
      return (await answered(api.POST("/v2/user-tasks/{key}/copies", { params: { path: { key } }, body: { recipients: chosen.people, ...note } }))).recipients;
  }
}
