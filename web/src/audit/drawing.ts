/** What a drawing says of its elements, by id. */
export interface DrawnElement {
  id: string;
  kind: string;
  name: string;
  /** Of a sequence flow. */
  from?: string;
  to?: string;
}

const MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL";

/** The elements of a drawing; one that cannot be read has none. */
export function elementsOf(xml: string): Map<string, DrawnElement> {
  const found = new Map<string, DrawnElement>();
  const read = new DOMParser().parseFromString(xml, "application/xml");
  for (const one of read.getElementsByTagNameNS(MODEL, "*")) {
    const id = one.getAttribute("id");
    if (!id) continue;
    const ends = one.localName === "sequenceFlow" ? { from: one.getAttribute("sourceRef") ?? "", to: one.getAttribute("targetRef") ?? "" } : {};
    found.set(id, { id, kind: one.localName, name: (one.getAttribute("name") ?? "").replace(/\s+/g, " "), ...ends });
  }
  return found;
}
