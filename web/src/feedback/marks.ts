/** A point of the picture, in its own pixels. */
export interface Point {
  x: number;
  y: number;
}

export type Tool = "rectangle" | "arrow" | "line" | "text";

/** A mark on a picture: two corners, two ends, the way of a free line, or the place of a text. */
export interface Mark {
  tool: Tool;
  colour: string;
  points: Point[];
  text?: string;
}

const HEAD = Math.PI / 7;
const STEP = 2;

/** How thick marks are on a picture, so that they are seen on large ones as well. */
export function strokeOf(width: number, height: number): number {
  return Math.max(3, Math.round(Math.max(width, height) / 320));
}

/** Where the pointer is on the picture, however large it is shown. */
export function onPicture(client: Point, shown: { left: number; top: number; width: number; height: number }, size: { width: number; height: number }): Point {
  const within = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  return {
    x: within(((client.x - shown.left) / shown.width) * size.width, size.width),
    y: within(((client.y - shown.top) / shown.height) * size.height, size.height),
  };
}

/** A mark with one more point: shapes keep their first and last, a free line its whole way. */
export function extended(mark: Mark, point: Point): Mark {
  const [first] = mark.points;
  if (mark.tool !== "line" || !first) return { ...mark, points: first ? [first, point] : [point] };
  const last = mark.points.at(-1) ?? first;
  if (Math.hypot(point.x - last.x, point.y - last.y) < STEP) return mark;
  return { ...mark, points: [...mark.points, point] };
}

/** Whether a mark is large enough to have been meant. */
export function isMeant(mark: Mark): boolean {
  if (mark.tool === "text") return Boolean(mark.text?.trim());
  const [first] = mark.points;
  return first !== undefined && mark.points.some((one) => Math.hypot(one.x - first.x, one.y - first.y) > 2 * STEP);
}

/** The two ends of an arrow's head. */
export function arrowHead(from: Point, to: Point, size: number): [Point, Point] {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const end = (turn: number) => ({ x: to.x - size * Math.cos(angle + turn), y: to.y - size * Math.sin(angle + turn) });
  return [end(HEAD), end(-HEAD)];
}

/** Draw marks over the picture that is there. */
export function drawMarks(context: CanvasRenderingContext2D, marks: Mark[], stroke: number): void {
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const mark of marks) {
    context.strokeStyle = mark.colour;
    context.fillStyle = mark.colour;
    context.lineWidth = stroke;
    DRAW[mark.tool](context, mark, stroke);
  }
}

const DRAW: Record<Tool, (context: CanvasRenderingContext2D, mark: Mark, stroke: number) => void> = {
  rectangle(context, { points: [first, last] }) {
    if (first && last) context.strokeRect(Math.min(first.x, last.x), Math.min(first.y, last.y), Math.abs(last.x - first.x), Math.abs(last.y - first.y));
  },
  arrow(context, { points: [from, to] }, stroke) {
    if (!from || !to) return;
    const [left, right] = arrowHead(from, to, stroke * 5);
    path(context, [from, to]);
    path(context, [left, to, right]);
  },
  line(context, { points }) {
    path(context, points);
  },
  text(context, { points: [at], text }, stroke) {
    if (!at || !text) return;
    context.font = `600 ${stroke * 7}px system-ui, sans-serif`;
    context.textBaseline = "top";
    // Readable on any picture.
    context.strokeStyle = "white";
    context.lineWidth = stroke;
    context.strokeText(text, at.x, at.y);
    context.fillText(text, at.x, at.y);
  },
};

function path(context: CanvasRenderingContext2D, points: Point[]): void {
  context.beginPath();
  points.forEach(({ x, y }, index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.stroke();
}

/** The name of the picture with marks, beside that of the original. */
export function markedName(name: string, suffix: string): string {
  const stem = name.replace(/\.[^.]{1,5}$/, "") || "image";
  return `${stem}-${suffix}.png`;
}
