import { drawnNames, locale, words } from "@/words/words";

const MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL";
const INTERCHANGE = "http://www.omg.org/spec/BPMN/20100524/DI";
/** Words of English must not be broken where a few characters of Chinese stood. */
const LABEL_WIDTH = 84;

/**
 * What an element is called: in the reader's language where it is one of the house's own drawings.
 *
 * One that an owner has named otherwise keeps that name.
 */
export function elementInWords(id: string | undefined, drawn?: string | null): string {
  if (!id) return drawn ?? "";
  if (!drawn) return named(id) || id;
  const key = keyOf(id, drawn);
  return (key && named(key)) || drawn;
}

/** A drawing with its labels in the reader's language, to be looked at, not to be kept. */
export function inReadersWords(xml: string): string {
  if (locale.value === "zh-CN") return xml;
  const read = new DOMParser().parseFromString(xml, "application/xml");
  if (read.querySelector("parsererror")) return xml;
  const longer = new Set<string | null>();
  for (const one of read.getElementsByTagNameNS(MODEL, "*")) {
    const drawn = one.getAttribute("name");
    const id = one.getAttribute("id");
    const said = drawn && id ? elementInWords(id, drawn) : drawn;
    if (!said || said === drawn) continue;
    one.setAttribute("name", said);
    longer.add(id);
  }
  for (const label of read.getElementsByTagNameNS(INTERCHANGE, "BPMNLabel")) if (longer.has(label.parentElement?.getAttribute("bpmnElement") ?? null)) widen(label);
  return new XMLSerializer().serializeToString(read);
}

/** Give the words beside an element room to both sides. */
function widen(label: Element): void {
  const [bounds] = label.children;
  const [x, width] = [Number(bounds?.getAttribute("x")), Number(bounds?.getAttribute("width"))];
  if (!bounds || width >= LABEL_WIDTH) return;
  bounds.setAttribute("x", String(x - (LABEL_WIDTH - width) / 2));
  bounds.setAttribute("width", String(LABEL_WIDTH));
}

/** Where the words of a name stand: below its id, or `process:id` where two drawings share an id. */
function keyOf(id: string, drawn: string): string | undefined {
  const names = drawnNames.value;
  if (names[id] === drawn) return id;
  return Object.keys(names).find((key) => key.endsWith(`:${id}`) && names[key] === drawn);
}

function named(key: string): string | undefined {
  const known = words.global.getLocaleMessage(locale.value) as { element?: Record<string, string> };
  return known.element?.[key];
}
