import type { Ref } from "vue";

/** A mark on an element of a drawing: a class for its look, and small words beside it. */
export interface Mark {
  element: string;
  look?: string;
  badges?: { text: string; look: string; title: string }[];
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The little of bpmn-js that the console asks for. */
export interface Canvas {
  zoom(level: number | "fit-viewport", center?: "auto" | { x: number; y: number }): number;
  viewbox(): { x: number; y: number; width: number; height: number; scale: number; inner: Box; outer: { width: number; height: number } };
  viewbox(box: Box): void;
  addMarker(element: string, look: string): void;
  removeMarker(element: string, look: string): void;
  scrollToElement(element: string, padding?: number): void;
  getRootElement(): unknown;
  setRootElement(root: unknown): void;
  resized(): void;
}
export interface Shape {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  waypoints?: { x: number; y: number }[];
  labelTarget?: unknown;
  businessObject?: { $type?: string; name?: string };
}
export interface Registry {
  get(id: string): Shape | undefined;
  getAll(): Shape[];
  getGraphics(id: string): SVGGElement;
}
export interface Overlays {
  add(element: string, kind: string, overlay: { position: Record<string, number>; scale?: { min: number }; html: HTMLElement | string }): string;
  remove(what: { type: string }): void;
}
export interface Drawing {
  importXML(xml: string): Promise<unknown>;
  destroy(): void;
  attachTo(place: HTMLElement): void;
  on(event: string, tell: (event: { element?: Shape }) => void): void;
  get(name: "canvas"): Canvas;
  get(name: "elementRegistry"): Registry;
  get(name: "overlays"): Overlays;
}

/** Make a viewer in a place of the page; what it needs is loaded then. */
export async function makeViewer(container: HTMLElement): Promise<Drawing> {
  const [{ default: Viewer }, { moddle }] = await Promise.all([import("bpmn-js/lib/NavigatedViewer"), import("../editor/moddle"), import("./look")]);
  return new Viewer({ container, moddleExtensions: moddle }) as unknown as Drawing;
}

const MARKS = "bihuan-mark";

/** Show marks on a drawing instead of those shown before. */
export function showMarks(drawing: Drawing, shown: Ref<Mark[]>, wanted: Mark[]): void {
  const canvas = drawing.get("canvas");
  const registry = drawing.get("elementRegistry");
  const overlays = drawing.get("overlays");
  for (const mark of shown.value) if (mark.look && registry.get(mark.element)) canvas.removeMarker(mark.element, mark.look);
  overlays.remove({ type: MARKS });
  const there = wanted.filter((mark) => registry.get(mark.element));
  for (const mark of there) {
    if (mark.look) canvas.addMarker(mark.element, mark.look);
    if (mark.badges?.length) overlays.add(mark.element, MARKS, { position: { top: -12, right: 12 }, scale: { min: 0.7 }, html: badges(mark) });
  }
  shown.value = there;
}

function badges(mark: Mark): HTMLElement {
  const row = document.createElement("div");
  row.className = "bh-badges";
  for (const one of mark.badges ?? []) {
    const badge = document.createElement("span");
    badge.className = `bh-badge ${one.look}`;
    badge.textContent = one.text;
    badge.title = one.title;
    row.append(badge);
  }
  return row;
}
