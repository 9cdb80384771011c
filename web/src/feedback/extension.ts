/** How far a due time may be moved. */
export interface ExtensionLimit {
  due_at: string;
  latest: string;
}

const DAY_MS = 86_400_000;
const OFFSET = "+08:00";
const OFFSET_MS = 8 * 3_600_000;

/** A moment as the clocks of the house show it, to the minute: `2026-10-01T09:30:00`. */
export function wallOf(at: string): string {
  const shown = new Date(Date.parse(at) + OFFSET_MS);
  return `${shown.toISOString().slice(0, 16)}:00`;
}

/** The moment that the clocks of the house show so. */
export function momentOf(wall: string): string {
  return new Date(`${wall}${OFFSET}`).toISOString();
}

/** Whether a new due time, as the clocks show it, is later than the old one and no later than allowed. */
export function isWithin(wall: string | undefined, limit: ExtensionLimit): boolean {
  if (!wall) return false;
  const at = Date.parse(`${wall}${OFFSET}`);
  return at > Date.parse(limit.due_at) && at <= Date.parse(limit.latest);
}

/** Whether no moment of a day may be chosen; calendars give a day as its midnight where one sits. */
export function isDayOutside(day: Date, limit: ExtensionLimit | undefined): boolean {
  if (!limit) return true;
  const midnight = Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()) - OFFSET_MS;
  return midnight + DAY_MS <= Date.parse(limit.due_at) || midnight > Date.parse(limit.latest);
}
