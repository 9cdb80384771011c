import type { components } from "@/api/schema";

import type { Mark } from "../drawing/viewer";

type Count = components["schemas"]["ElementStatistic"];

/** How many instances stand at an element and how many of them failed, as marks. */
export function countMarks(counts: Count[], t: (path: string, data: Record<string, number>) => string): Mark[] {
  return counts
    .map((one) => ({
      element: one.elementId,
      look: one.incidents ? "mark-error" : one.active ? "mark-active" : undefined,
      badges: [
        ...(one.active ? [{ text: String(one.active), look: "active", title: t("definitions.activeHere", { count: one.active }) }] : []),
        ...(one.incidents ? [{ text: String(one.incidents), look: "incident", title: t("definitions.incidentsHere", { count: one.incidents }) }] : []),
        ...(one.completed ? [{ text: String(one.completed), look: "done", title: t("definitions.completedHere", { count: one.completed }) }] : []),
      ],
    }))
    .filter((mark) => mark.badges.length > 0);
}
