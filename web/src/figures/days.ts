import type { Period } from "./measures";

const ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;
/** How many periods a trend shows at first. */
const SPAN: Record<Period, number> = { day: 30, week: 84, month: 365 };

/** The day it is in the house's zone, `2026-10-01`. */
export function today(now: Date = new Date()): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(now);
}

/** The day so many days after another one. */
export function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The days that a trend shows at first, up to a day. */
export function usual(period: Period, last: string): { from: string; to: string } {
  return { from: shifted(last, -SPAN[period]), to: last };
}

/** The last day of the period that begins with a day. */
export function lastDay(period: Period, start: string): string {
  if (period === "day") return start;
  if (period === "week") return shifted(start, 6);
  const [year, month] = start.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

/** Every period between two days by its first day, as the house counts them: weeks from Monday. */
export function periodsBetween(period: Period, from: string, to: string): string[] {
  const found: string[] = [];
  for (let day = from; day <= to; day = shifted(day, 1)) {
    const date = new Date(`${day}T00:00:00Z`);
    const begins = period === "day" || (period === "week" ? date.getUTCDay() === 1 : date.getUTCDate() === 1);
    if (begins) found.push(day);
  }
  return found;
}
