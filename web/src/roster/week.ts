import { locale } from "@/words/words";

const DAY_MS = 86_400_000;
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** A day as the API writes it, counted from another. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return dayAfter(day, -weekday);
}

/** The seven days of the week that begins on a Monday. */
export function weekOf(monday: string): string[] {
  return WEEKDAYS.map((_, index) => dayAfter(monday, index));
}

/** The weekday of a day, as frames of shifts name it. */
export function weekdayOf(day: string): (typeof WEEKDAYS)[number] {
  return WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] as (typeof WEEKDAYS)[number];
}

/** A day with its weekday in words: `周一 11-23`. */
export function dayInWords(day: string): string {
  const weekday = new Intl.DateTimeFormat(locale.value, { weekday: "short", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
  return `${weekday} ${day.slice(5)}`;
}

type Frames = Record<string, string[][]>;

/** Whether a shift is held on a day: its weekday has hours and the day lies in its time. */
export function isHeld(shift: { frames: Frames; valid_from: string; valid_until: string | null }, day: string): boolean {
  return (shift.frames[weekdayOf(day)]?.length ?? 0) > 0 && shift.valid_from <= day && (!shift.valid_until || day <= shift.valid_until);
}

/** The hours of a shift on a weekday as one types them: `08:00-12:00, 13:00-17:00`. */
export function hoursText(frames: string[][] | undefined): string {
  return (frames ?? []).map((one) => one.join("-")).join(", ");
}

/** Typed hours as frames; null where they cannot be read. */
export function readHours(text: string): string[][] | null {
  const parts = text.split(/[,，;；]/).map((one) => one.trim()).filter(Boolean);
  const read = parts.map((one) => /^([01]\d|2[0-3]):([0-5]\d)\s*[-–~]\s*([01]\d|2[0-3]):([0-5]\d)$/.exec(one));
  if (read.some((one) => one === null) || read.length > 6) return null;
  return read.map((one) => [`${one?.[1]}:${one?.[2]}`, `${one?.[3]}:${one?.[4]}`]);
}
