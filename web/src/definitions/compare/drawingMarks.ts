import type { Mark } from "../drawing/viewer";

interface Difference {
  _added: Record<string, unknown>;
  _removed: Record<string, unknown>;
  _changed: Record<string, unknown>;
  _layoutChanged: Record<string, unknown>;
}

/** What differs between two drawings, as marks for each of them. */
export async function drawingMarks(before: string, after: string): Promise<{ before: Mark[]; after: Mark[] }> {
  const [{ diff }, { BpmnModdle }, { moddle }] = await Promise.all([import("bpmn-js-differ"), import("bpmn-moddle"), import("../editor/moddle")]);
  const read = async (xml: string) => (await new BpmnModdle(moddle).fromXML(xml)).rootElement as unknown;
  return marksOf(diff(await read(before), await read(after)) as Difference);
}

/** The marks of a difference: what came only in the new, what went only in the old. */
export function marksOf(difference: Difference): { before: Mark[]; after: Mark[] } {
  const marks = (found: Record<string, unknown>, look: string) => Object.keys(found).map((element) => ({ element, look: `mark-${look}` }));
  const moved = marks(difference._layoutChanged, "moved").filter(({ element }) => !(element in difference._changed));
  const both = [...marks(difference._changed, "changed"), ...moved];
  return { before: [...marks(difference._removed, "removed"), ...both], after: [...marks(difference._added, "added"), ...both] };
}
