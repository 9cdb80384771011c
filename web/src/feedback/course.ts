import type { components } from "@/api/schema";
import type { ElementMark } from "@/drawing/mark";

type Course = Pick<components["schemas"]["DrawingCourse"], "elements" | "flows">;

/** How a drawing is to be marked; what failed and what is active comes before what was done. */
export function marksOf(course: Course): ElementMark[] {
  const flows = course.flows.map((id): ElementMark => ({ id, marker: "bh-taken" }));
  const elements = course.elements.flatMap(({ element_id, active, completed, incidents }): ElementMark[] => {
    if (incidents > 0) return [{ id: element_id, marker: "bh-incident" }];
    if (active > 0) return [{ id: element_id, marker: "bh-active" }];
    return completed > 0 ? [{ id: element_id, marker: "bh-done" }] : [];
  });
  return [...flows, ...elements];
}

/** The element to be in sight: the last one that is active, "" for none. */
export function whereItStands(course: Course): string {
  return course.elements.findLast(({ active }) => active > 0)?.element_id ?? "";
}
