import { codeInWords, t, words } from "@/words/words";
import { moment } from "@/words/moments";

import { elementInWords } from "@/drawing/elementWords";
import type { Line } from "./timeline";

/** A line of the timeline in words; an unknown kind is said by its name. */
export function lineInWords(line: Line, name: (username: string | null | undefined) => string): string {
  const { kind, data } = line;
  const said = kind === "task_assigned" && !line.to ? "task_unassigned" : kind === "task_created" && data.signs ? "signer_added" : kind;
  const path = `feedback.line.${said}`;
  if (!words.global.te(path)) return data.element ?? kind;
  return t(path, {
    ...data,
    element: elementInWords(data.elementId, data.element),
    to: name(line.to) || t("feedback.task.free"),
    owner: name(data.owner),
    status: codeInWords("feedbackValue.status", data.status),
    code: codeInWords("feedbackValue.progress", data.code),
    reason: codeInWords("feedbackValue.pause", data.reason),
    urgency: codeInWords("feedbackValue.urgency", data.urgency),
    score: codeInWords("feedbackValue.satisfaction", data.score),
    before: /^\d{4}-/.test(data.before ?? "") ? moment(data.before) : name(data.before),
    due: moment(data.due),
    until: moment(data.until),
    cause: codeInWords("feedback.cause", data.cause),
  });
}
