import type { Canvas } from "../drawing/viewer";

const PALETTE = 120;
const EDGE = 24;

/** Show the whole drawing beside the palette, so that nothing of it is covered. */
export function fitBeside(canvas: Canvas): void {
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const scale = Math.max(0.1, Math.min(1, (outer.width - PALETTE - EDGE) / inner.width, (outer.height - 2 * EDGE) / inner.height));
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: inner.x - PALETTE / scale, y: inner.y - (height - inner.height) / 2, width, height });
}
