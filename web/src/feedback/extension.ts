/** How far a due time may be moved. */
export interface ExtensionLimit {
  due_at: string;
  latest: string;
}

const DAY_MS = 86_400_000;

/** Whether a new due time is later than the old one, and no later than allowed. */
export function isWithin(until: Date | undefined, limit: ExtensionLimit): boolean {
  return until !== undefined && until.getTime() > Date.parse(limit.due_at) && until.getTime() <= Date.parse(limit.latest);
}

/** Whether no moment of a day (its midnight, as calendars give it) may be chosen. */
export function isDayOutside(day: Date, limit: ExtensionLimit | undefined): boolean {
  if (!limit) return true;
  return day.getTime() + DAY_MS <= Date.parse(limit.due_at) || day.getTime() > Date.parse(limit.latest);
}
