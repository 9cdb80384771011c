import type { components } from "@/api/schema";
import type { Mark } from "@/definitions/drawing/viewer";
import { span } from "@/words/moments";

export type MinedElement = components["schemas"]["ElementView"];
export type MinedFlow = components["schemas"]["FlowView"];
export const MEASURES = ["count", "median", "p90", "total"] as const;
export type Measure = (typeof MEASURES)[number];
export const CLOCKS = ["worked", "wall"] as const;
export type Clock = (typeof CLOCKS)[number];

const LEVELS = 5;
// What lies in them is coloured itself.
const CONTAINERS = new Set(["subProcess", "eventSubProcess", "transaction", "adHocSubProcess"]);

/** What an element is measured by; undefined where nothing was measured. */
export function measured(one: MinedElement, measure: Measure, clock: Clock): number | undefined {
  if (measure === "count") return one.active + one.completed + one.terminated;
  return one[clock]?.[measure];
}

/** How hot a value is beside the highest, 1 to 5; few outliers must not cool all others. */
export function level(value: number, highest: number): number {
  return highest > 0 ? Math.max(1, Math.ceil(Math.sqrt(value / highest) * LEVELS)) : 1;
}

/** Seconds in words, short: `45s` below a minute. */
export function secondsInWords(seconds: number, inSeconds: (count: string) => string): string {
  return seconds < 60 ? inSeconds(seconds.toFixed(seconds < 10 ? 1 : 0)) : span(seconds * 1000);
}

/** The drawing as a heat map: elements by the measure, flows by how often they were taken. */
export function heatMarks(elements: MinedElement[], flows: MinedFlow[], measure: Measure, clock: Clock, say: (value: number) => string): Mark[] {
  const found = elements.filter(({ kind }) => !CONTAINERS.has(kind)).map((one) => ({ one, value: measured(one, measure, clock) })).filter((mark): mark is { one: MinedElement; value: number } => mark.value !== undefined);
  const highest = Math.max(0, ...found.map(({ value }) => value));
  const most = Math.max(0, ...flows.map(({ taken }) => taken));
  return [
    ...flows.map((one) => ({ element: one.flow, look: `heat-flow-${level(one.taken, most)}` })),
    ...found.map(({ one, value }) => ({
      element: one.element,
      look: `heat-${level(value, highest)}`,
      badges: value > 0 ? [{ text: say(value), look: "done", title: say(value) }] : [],
    })),
  ];
}
