import { codeInWords, locale, t } from "@/words/words";

import { UNKNOWN } from "./measures";

export interface FigureRow {
  start: string;
  key: string;
  value: number;
  items: number;
}

/** One part of a breakdown. */
export interface Part {
  key: string;
  value: number;
  items: number;
}

/** Figures in these units are means over their rows. */
const MEANS = new Set(["share", "seconds"]);

/** A value in the reader's language and with its unit: `97.3%`, `4.5 h`, `1,204`. */
export function valueInWords(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return t("figures.none");
  if (unit === "share") return t("figures.share", { value: said(value * 100, 1) });
  if (unit === "seconds") return t("figures.hours", { value: said(value / 3600, 1) });
  return said(value, 0);
}

/** A value as the axis of a chart counts it. */
export function onAxis(value: number, unit: string): number {
  const scaled = unit === "share" ? value * 100 : unit === "seconds" ? value / 3600 : value;
  return Math.round(scaled * 100) / 100;
}

/** How a value differs from one before: which way, and by how much in words. */
export function difference(value: number | null | undefined, before: number | null | undefined, unit: string): { way: "more" | "less" | "same"; text: string } | null {
  if (value === null || value === undefined || before === null || before === undefined) return null;
  const by = value - before;
  if (Math.abs(by) < 1e-6) return { way: "same", text: t("figures.same") };
  const size = unit === "share" ? t("figures.points", { value: said(Math.abs(by) * 100, 1) }) : valueInWords(Math.abs(by), unit);
  return { way: by > 0 ? "more" : "less", text: t(by > 0 ? "figures.more" : "figures.less", { value: size }) };
}

/** Figures of many periods as one for each part: sums are added, means weighed by their rows. */
export function combined(rows: FigureRow[], unit: string): Part[] {
  const parts = new Map<string, Part>();
  for (const { key, value, items } of rows) {
    const part = parts.get(key) ?? { key, value: 0, items: 0 };
    part.value += MEANS.has(unit) ? value * items : value;
    part.items += items;
    parts.set(key, part);
  }
  const found = [...parts.values()].map((one) => (MEANS.has(unit) ? { ...one, value: one.items ? one.value / one.items : 0 } : one));
  return found.toSorted((one, other) => other.value - one.value || one.key.localeCompare(other.key));
}

/** A key of a dimension in words; departments have names of their own. */
export function keyInWords(dimension: string, key: string, departmentName: (code: string) => string): string {
  if (key === UNKNOWN || !key) return t("figures.unknown");
  if (dimension === "department") return departmentName(key);
  const room = dimension === "score" ? "feedbackValue.satisfaction" : dimension === "outcome" ? "figures.outcomes" : `feedbackValue.${dimension}`;
  return codeInWords(room, key);
}

function said(value: number, digits: number): string {
  return new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits }).format(value);
}
