import type { components } from "@/api/schema";

import type { Item } from "./item";

type Schemas = components["schemas"];
type Entry = Schemas["TimelineEntry"];

/** One line of the timeline: codes and data, which the page says in words. */
export interface Line {
  key: string;
  at: string;
  /** Words below `feedback.line`. */
  kind: string;
  by?: string | null;
  to?: string | null;
  /** Texts that people wrote, masked. */
  note?: string | null;
  data: Record<string, string>;
  tone: "state" | "work" | "customer" | "limit" | "trouble";
}

/** What a timeline is made of; what is not (yet) read is left out. */
export interface Sources {
  item: Item;
  records?: Entry[];
  progress?: Schemas["EntryView"][];
  attachments?: Schemas["AttachmentView"][];
  pauses?: Schemas["PauseView"][];
}

const OF_CUSTOMER = new Set(["customer_message"]);
/** Messages that other lines tell of with more. */
const TOLD_ELSEWHERE = new Set(["progress_recorded", "clock_changed", "customer_message"]);

/** Everything that happened to an item, newest first. */
export function timeline({ item, records = [], progress = [], attachments = [], pauses = [] }: Sources): Line[] {
  const lines = [
    ...item.states_passed.map(
      (one): Line => ({ key: `s${one.record}`, at: one.at, kind: "state", data: { status: one.status }, tone: "state" }),
    ),
    ...records.flatMap(ofRecord),
    ...progress.map(
      (one): Line => ({
        key: `p${one.id}`, at: one.at, kind: "progress", by: one.author, note: one.note, data: { code: one.code },
        tone: OF_CUSTOMER.has(one.code) ? "customer" : "work",
      }),
    ),
    ...attachments.flatMap(ofAttachment),
    ...pauses.flatMap(ofPause),
    ...item.surveys.flatMap(ofSurvey),
  ];
  return lines.sort((one, other) => other.at.localeCompare(one.at) || other.key.localeCompare(one.key));
}

function ofRecord(one: Entry): Line[] {
  const told = Object.fromEntries(Object.entries(one.details).filter(([, value]) => typeof value === "string")) as Record<string, string>;
  const line = { key: `r${String(one.record).padStart(9, "0")}`, at: one.at, by: one.by, to: one.to, note: one.note };
  const data = { ...told, element: one.name ?? one.element_id, elementId: one.element_id };
  if (one.kind === "message") {
    if (TOLD_ELSEWHERE.has(told.name ?? "")) return told.cause === "urgency" && told.urgency ? [{ ...line, kind: "urgency", data, tone: "limit" }] : [];
    return [{ ...line, kind: `message_${told.name}`, data, tone: told.name === "feedback_withdrawn" ? "customer" : "limit" }];
  }
  if (one.kind === "due_moved") return told.due ? [{ ...line, kind: "due_moved", data, tone: "limit" }] : [];
  const trouble = one.kind === "incident" || one.kind === "canceled" || one.kind === "step_back";
  return [{ ...line, kind: one.kind, data, tone: trouble ? "trouble" : "work" }];
}

function ofAttachment(one: Schemas["AttachmentView"]): Line[] {
  const data = { name: one.name ?? "" };
  const added: Line = { key: `a${one.id}`, at: one.added_at, kind: "file_added", by: one.added_by, data, tone: "work" };
  if (!one.deleted_at) return [added];
  return [added, { key: `b${one.id}`, at: one.deleted_at, kind: "file_deleted", by: one.deleted_by, data, tone: "work" }];
}

function ofPause(one: Schemas["PauseView"]): Line[] {
  const data = { reason: one.reason };
  const paused: Line = { key: `c${one.paused_at}`, at: one.paused_at, kind: "paused", by: one.paused_by, data, tone: "limit" };
  if (!one.resumed_at) return [paused];
  return [paused, { key: `d${one.resumed_at}`, at: one.resumed_at, kind: "resumed", by: one.resumed_by, data, tone: "limit" }];
}

function ofSurvey(one: Schemas["SurveyView"]): Line[] {
  const data = { round: String(one.round), score: one.score ?? "" };
  const lines: Line[] = [];
  if (one.sent_at) lines.push({ key: `v${one.round}`, at: one.sent_at, kind: "survey_sent", data, tone: "customer" });
  if (one.answered_at) lines.push({ key: `w${one.round}`, at: one.answered_at, kind: "survey_answered", note: one.comment, data, tone: "customer" });
  return lines;
}
