import { inReadersWords } from "./elementWords";
import type { ElementMark } from "./mark";

/** A drawing on the page. */
export interface Viewer {
  mark: (before: ElementMark[], wanted: ElementMark[]) => void;
  lookAt: (elements: string[]) => void;
  destroy: () => void;
}

interface Canvas {
  addMarker: (id: string, marker: string) => void;
  removeMarker: (id: string, marker: string) => void;
  zoom: (scale: string | number, center?: unknown) => number;
  viewbox: (box?: { x: number; y: number; width: number; height: number }) => { outer: { width: number; height: number } };
}

interface Shape {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Flow {
  waypoints: { x: number; y: number }[];
}

/** Where an element stands; a flow stands where it ends. */
function placeOf(element: Shape | Flow): Shape {
  if (!("waypoints" in element)) return element;
  return { x: 0, y: 0, ...element.waypoints.at(-1), width: 0, height: 0 };
}

/** As small as a drawing may become and still be read. */
const READABLE = 0.55;

/** Draw BPMN into a place; the library is read when the first drawing is looked at. */
export async function openViewer(container: HTMLElement, xml: string): Promise<Viewer> {
  const [{ default: NavigatedViewer }] = await Promise.all([
    import("bpmn-js/lib/NavigatedViewer"),
    import("bpmn-js/dist/assets/diagram-js.css"),
    import("bpmn-js/dist/assets/bpmn-js.css"),
  ]);
  const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const text = colour("--el-text-color-primary");
  const made = new NavigatedViewer({
    container,
    bpmnRenderer: { defaultFillColor: colour("--el-bg-color"), defaultStrokeColor: colour("--el-text-color-regular"), defaultLabelColor: text },
  });
  await made.importXML(inReadersWords(xml));
  const canvas = made.get<Canvas>("canvas");
  const registry = made.get<{ get: (id: string) => unknown }>("elementRegistry");
  const known = (id: string) => registry.get(id) !== undefined;
  return {
    mark(before, wanted) {
      for (const { id, marker } of before.filter((one) => known(one.id))) canvas.removeMarker(id, marker);
      for (const { id, marker } of wanted.filter((one) => known(one.id))) canvas.addMarker(id, marker);
    },
    lookAt(elements) {
      // The process itself is the whole drawing, and stands nowhere on it.
      const last = elements.map((id) => registry.get(id) as Shape | Flow | undefined).findLast((one) => one && ("x" in one || "waypoints" in one));
      if (canvas.zoom("fit-viewport", "auto") >= READABLE || !last) return;
      const { x, y, width, height } = placeOf(last);
      const { outer } = canvas.viewbox();
      const box = { width: outer.width / READABLE, height: outer.height / READABLE };
      canvas.viewbox({ x: x + width / 2 - box.width / 2, y: y + height / 2 - box.height / 2, ...box });
    },
    destroy: () => made.destroy(),
  };
}
