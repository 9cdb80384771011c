import { elementInWords as named } from "@/drawing/elementWords";
import { codeInWords, t } from "@/words/words";

import type { DrawnElement } from "./drawing";
import type { Line } from "./replay";

export type Drawn = Map<string, DrawnElement>;

/** An element in words: the house's name for it, else the drawing's, else what kind of element it is. */
export function elementInWords(id: string, drawn: Drawn): string {
  if (!id) return "";
  const found = drawn.get(id);
  if (!found) return named(id);
  if (found.kind === "sequenceFlow") {
    const flow = t("audit.replay.flow", { from: elementInWords(found.from ?? "", drawn), to: elementInWords(found.to ?? "", drawn) });
    return found.name ? `${named(id, found.name)} (${flow})` : flow;
  }
  return found.name ? named(id, found.name) : codeInWords("elementKind", found.kind);
}

/** What a record says, without its element: `Task assigned`, or the status that came with it. */
export function kindInWords({ kind, status }: Pick<Line, "kind" | "status">): string {
  const said = codeInWords("auditKind", kind);
  return status ? `${said} · ${t("audit.replay.toStatus", { status: codeInWords("feedbackValue.status", status) })}` : said;
}

const EXACT = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: "Asia/Shanghai" });

/** A moment to the second, in the house's zone. */
export function exactly(at: string): string {
  return EXACT.format(new Date(at));
}
