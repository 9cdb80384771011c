const BUSINESS = "http://www.omg.org/spec/BPMN/20100524/MODEL";

/** A variable that a drawing knows, and the elements that bring it. */
export interface KnownVariable {
  name: string;
  from: string[];
}

/**
 * The variables that the elements of a drawing bring: results, outputs, and what tasks are given.
 *
 * Of the selected element its own inputs too. What comes before what is not asked.
 */
export function variablesOf(xml: string, element?: string): KnownVariable[] {
  const file = new DOMParser().parseFromString(xml, "application/xml");
  if (file.querySelector("parsererror")) return [];
  const found = new Map<string, Set<string>>();
  const know = (name: string | null, from: string) => {
    if (name && !name.startsWith("=")) found.set(name, (found.get(name) ?? new Set()).add(from));
  };
  for (const node of file.getElementsByTagNameNS("*", "*")) {
    const from = ownerOf(node);
    if (node.localName === "output") know(node.getAttribute("target"), from.name);
    if (node.localName === "input" && from.id === element) know(node.getAttribute("target"), from.name);
    know(node.getAttribute("resultVariable"), from.name);
    know(node.getAttribute("inputElement"), from.name);
    know(node.getAttribute("outputCollection"), from.name);
  }
  return [...found].map(([name, from]) => ({ name, from: [...from] })).sort((one, other) => one.name.localeCompare(other.name));
}

function ownerOf(node: Element): { id: string; name: string } {
  let around: Element | null = node;
  while (around && !(around.namespaceURI === BUSINESS && around.id && around.localName !== "multiInstanceLoopCharacteristics")) around = around.parentElement;
  return { id: around?.id ?? "", name: around?.getAttribute("name") ?? around?.id ?? "" };
}
