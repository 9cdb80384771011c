import type { components } from "@/api/schema";
import { t, words } from "@/words/words";

export type Incident = components["schemas"]["IncidentView"];
export type Instance = components["schemas"]["ProcessInstanceView"];
export type ElementInstance = components["schemas"]["ElementInstanceView"];
export type FoundVariable = components["schemas"]["FoundVariableView"];

/** Why an instance stands still, in words; the code where none are known. */
export function causeInWords(incident: Pick<Incident, "errorType" | "data">): string {
  const path = `operation.cause.${incident.errorType}`;
  if (!words.global.te(path)) return t("operation.causeOther", { code: incident.errorType });
  const values = Object.entries(incident.data).map(([name, value]) => [name, String(value)]);
  return t(path, Object.fromEntries(values) as Record<string, string>);
}

/** What an administrator can do about it. */
export function adviceInWords(incident: Pick<Incident, "errorType">): string {
  const path = `operation.advice.${incident.errorType}`;
  return t(words.global.te(path) ? path : "operation.adviceOther");
}

/** The expression that the incident is about, if it is about one. */
export function expressionOf(incident: Pick<Incident, "data">): string {
  const found = incident.data.expression;
  return typeof found === "string" ? found : "";
}
