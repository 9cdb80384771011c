/** What is counted, and by what it can be split besides the department; as `models/measures/catalogue.py`. */
export const MEASURES = {
  volume: ["type", "category", "product", "region", "channel", "urgency"],
  problems: ["category", "type", "product", "region"],
  handling_time: ["type", "category", "urgency"],
  on_time_rate: ["type", "urgency"],
  escalated: ["type", "urgency"],
  closed: ["type", "region", "outcome"],
  unanswered: ["type", "region", "channel"],
  withdrawn: ["type", "region", "channel"],
  response_rate: ["type", "channel"],
  answers: ["score", "type"],
  satisfaction: ["type", "product", "region"],
} as const;

export type Measure = keyof typeof MEASURES;
export type Period = "day" | "week" | "month";
export const NAMES = Object.keys(MEASURES) as Measure[];
export const PERIODS: Period[] = ["day", "week", "month"];
export const UNKNOWN = "unknown";

/** The dimensions of a measure, the department first. */
export function dimensionsOf(measure: Measure): string[] {
  return ["department", ...MEASURES[measure]];
}

/** A measure by its name, volume for any other word. */
export function measureOf(name: unknown): Measure {
  return NAMES.find((one) => one === name) ?? "volume";
}
