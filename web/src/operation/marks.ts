import type { components } from "@/api/schema";
import type { Mark } from "@/definitions/drawing/viewer";
import { t } from "@/words/words";

type Figures = components["schemas"]["ElementFigures"];

/** How the elements of an instance look: failed before active before passed. */
export function instanceMarks(figures: Figures[], chosen?: string): Mark[] {
  const marks = figures.map((one) => {
    const failed = one.incidents > 0 || one.elementId === chosen;
    const look = failed ? "mark-error" : one.active > 0 ? "mark-active" : one.completed > 0 ? "mark-ran" : "mark-idle";
    const badges = one.incidents > 0 ? [{ text: String(one.incidents), look: "incident", title: t("operation.incidentsHere", { count: one.incidents }) }] : [];
    return { element: one.elementId, look, badges };
  });
  if (chosen && !marks.some(({ element }) => element === chosen)) marks.push({ element: chosen, look: "mark-error", badges: [] });
  return marks;
}
