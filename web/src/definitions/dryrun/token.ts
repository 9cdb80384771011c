import type { Drawing } from "../drawing/viewer";

const SVG = "http://www.w3.org/2000/svg";

/** Let a token run along a flow of a drawing; ends at once for people who want no movement. */
export function runToken(drawing: Drawing, flow: string, milliseconds: number): Promise<void> {
  const shape = drawing.get("elementRegistry").get(flow);
  const points = shape?.waypoints;
  if (!points || points.length < 2 || milliseconds < 60 || window.matchMedia("(prefers-reduced-motion: reduce)").matches) return Promise.resolve();
  const graphics = drawing.get("elementRegistry").getGraphics(flow);
  const token = document.createElementNS(SVG, "circle");
  token.setAttribute("r", "7");
  token.setAttribute("class", "bh-token");
  graphics.append(token);
  const began = performance.now();
  return new Promise((resolve) => {
    const move = (now: number) => {
      const share = Math.min(1, (now - began) / milliseconds);
      const { x, y } = along(points, share);
      token.setAttribute("cx", String(x));
      token.setAttribute("cy", String(y));
      if (share < 1 && token.isConnected) requestAnimationFrame(move);
      else {
        token.remove();
        resolve();
      }
    };
    requestAnimationFrame(move);
  });
}

interface Point {
  x: number;
  y: number;
}

/** The point at a share of the way along a line. */
export function along(points: Point[], share: number): Point {
  const legs = points.slice(1).map((point, place) => Math.hypot(point.x - (points[place] as Point).x, point.y - (points[place] as Point).y));
  let left = legs.reduce((sum, leg) => sum + leg, 0) * share;
  for (const [place, leg] of legs.entries()) {
    const [from, to] = [points[place] as Point, points[place + 1] as Point];
    if (left <= leg && leg > 0) return { x: from.x + ((to.x - from.x) * left) / leg, y: from.y + ((to.y - from.y) * left) / leg };
    left -= leg;
  }
  return points.at(-1) as Point;
}
