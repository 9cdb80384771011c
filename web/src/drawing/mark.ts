/** An element of a drawing, and the class that shows what became of it. */
export interface ElementMark {
  id: string;
  marker: "bh-active" | "bh-done" | "bh-incident" | "bh-taken" | "bh-now";
}
