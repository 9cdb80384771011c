import type { LocationQuery } from "vue-router";

/** What one looks for among instances. */
export interface InstanceSearch {
  /** An instance key, or the number of an item. */
  q: string;
  process: string;
  state: "" | "ACTIVE" | "COMPLETED" | "TERMINATED";
  incident: boolean;
}

/** What stands in the address of the page. */
export function searchOf(query: LocationQuery): InstanceSearch {
  const state = String(query.state ?? "");
  return {
    q: String(query.q ?? ""),
    process: String(query.process ?? ""),
    state: state === "ACTIVE" || state === "COMPLETED" || state === "TERMINATED" ? state : "",
    incident: query.incident === "1",
  };
}

/** The address of a search; what is not asked for is left out. */
export function addressOf({ q, process, state, incident }: InstanceSearch): Record<string, string> {
  const said: [string, string][] = [["q", q.trim()], ["process", process.trim()], ["state", state], ["incident", incident ? "1" : ""]];
  return Object.fromEntries(said.filter(([, value]) => value));
}

/** The filter that the API takes: digits alone are a key, else they are an item's number. */
export function instanceFilter({ q, process, state, incident }: InstanceSearch) {
  const typed = q.trim();
  const key = /^\d{1,19}$/.test(typed);
  return {
    ...(typed && key ? { processInstanceKey: typed } : {}),
    ...(typed && !key ? { feedbackNumber: { $like: `*${typed.replace(/[*?\\]/g, "\\$&")}*` } } : {}),
    ...(process.trim() ? { processDefinitionId: process.trim() } : {}),
    ...(state ? { state } : {}),
    ...(incident ? { hasIncident: true } : {}),
  };
}
