import { answered, api } from "@/api/client";
import type { components } from "@/api/schema";

import type { Values } from "./task";

export type Hint = components["schemas"]["PlanFinding"];
type Plan = components["schemas"]["PlanText"];

/** The form whose texts are held against the rules of plans and replies. */
export const PLAN_FORM = "process";

const TYPES = ["consultation", "complaint", "repair", "request"] as const;

/** What of a form the rules of a plan look at. */
export function planOf(type: string | null, values: Values): Plan {
  const text = (name: string) => (typeof values[name] === "string" && values[name].trim() ? values[name] : null);
  const hours = Number(values.estimated_hours ?? Number.NaN);
  return {
    type: TYPES.find((one) => one === type) ?? null,
    plan: text("plan"),
    measures: text("measures"),
    reply: text("reply"),
    estimated_hours: hours >= 0 ? hours : null,
  };
}

/** What completing the task would refuse. */
export async function checkPlan(plan: Plan, signal?: AbortSignal): Promise<Hint[]> {
  return (await answered(api.POST("/api/plan-check", { body: plan, signal }))).items;
}
