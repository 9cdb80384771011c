import type { components } from "@/api/schema";
import { moment } from "@/words/moments";
import { noticeInWords } from "@/words/notices";
import { codeInWords, t, words } from "@/words/words";

import { elementInWords, kindInWords, type Drawn } from "./naming";

export type Entry = components["schemas"]["TimelineItem"];
export const SOURCES = ["record", "message", "notice", "progress", "attachment", "look", "login"] as const;

/** The number of the record that an entry is, if it is one. */
export function recordOf({ source, details }: Entry): number | undefined {
  return source === "record" && typeof details.n === "number" ? details.n : undefined;
}

/** What happened, in words; `name` says a person's name, `number` is that of the item. */
export function entryInWords(entry: Entry, drawn: Drawn, name: (username: string) => string, number: string): string {
  return [what(entry, number), entry.element && elementInWords(entry.element, drawn), ...more(entry, name)].filter(Boolean).join(" · ");
}

function what({ source, kind, details }: Entry, number: string): string {
  if (source === "record") return kindInWords({ kind, status: text(details.status) || null });
  if (source === "look" || source === "login") return codeInWords("auditAction", kind);
  if (source === "progress") return codeInWords("feedbackValue.progress", kind);
  if (source === "attachment") return codeInWords("audit.timeline.kind", kind);
  const path = `noticeWord.kind.${kind}`;
  if (words.global.te(path)) return t(path);
  return noticeInWords({ code: kind, data: { number, ...details } }, "title");
}

function more({ source, details }: Entry, name: (username: string) => string): string[] {
  const to = text(details.to);
  const due = text(details.due);
  return [
    to && t("audit.timeline.to", { person: name(to) }),
    due && t("audit.timeline.due", { at: moment(due) }),
    source === "look" && text(details.field) && codeInWords("field", text(details.field)),
    source === "message" && text(details.channel) && codeInWords("feedbackValue.channel", text(details.channel)),
  ].filter((said): said is string => Boolean(said));
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
