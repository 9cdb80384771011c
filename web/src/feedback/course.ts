import type { components } from "@/api/schema";

type Course = Pick<components["schemas"]["DrawingCourse"], "elements" | "flows">;

/** An element of a drawing, and the class that shows what became of it. */
export interface ElementMark {
  id: string;
  marker: "bh-active" | "bh-done" | "bh-incident" | "bh-taken" | "bh-now";
}

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
