import type { TypedShift } from "./ShiftFields.vue";
import type { Shift } from "./planner";
import { hoursText, readHours, WEEKDAYS } from "./week";

/** What one edits of a shift. */
export function typedOf(shift: Pick<Shift, "name_zh" | "name_en" | "department" | "frames" | "valid_until">): TypedShift {
  const hours = Object.fromEntries(WEEKDAYS.map((day) => [day, hoursText(shift.frames[day])]));
  return { name_zh: shift.name_zh, name_en: shift.name_en, department: shift.department, hours, valid_until: shift.valid_until };
}

/** The frames of typed hours, days without hours left out; null where a day cannot be read. */
export function framesOf(hours: Record<string, string>): Record<string, string[][]> | null {
  const read = WEEKDAYS.map((day) => [day, readHours(hours[day] ?? "")] as const);
  if (read.some(([, frames]) => frames === null)) return null;
  return Object.fromEntries(read.filter(([, frames]) => frames?.length)) as Record<string, string[][]>;
}
