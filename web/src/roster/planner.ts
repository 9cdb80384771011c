import type { components } from "@/api/schema";
import { may, session } from "@/session/session";

export type Shift = components["schemas"]["ShiftView"];
export type Duty = components["schemas"]["DutyView"];

/** Whether one plans a shift: administrators all, heads those of their department. */
export function plans(shift: Pick<Shift, "department">): boolean {
  if (may("person.write")) return true;
  return may("roster.write") && shift.department !== null && shift.department === session.value?.department;
}
