/** Why a text cannot be the value of a variable: a code of `operation.variableProblem`, "" if it can. */
export function valueProblem(text: string): "" | "empty" | "json" | "number" {
  if (!text.trim()) return "empty";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "json";
  }
  return safe(value) ? "" : "number";
}

/** Names as FEEL can say them without quotes. */
export function nameProblem(name: string, taken: string[]): "" | "name" | "taken" {
  if (!/^[\p{L}_][\p{L}\p{N}_]{0,99}$/u.test(name)) return "name";
  return taken.includes(name) ? "taken" : "";
}

/** A value as one reads and edits it. */
export function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

// Whole numbers beyond this would come back as others.
function safe(value: unknown): boolean {
  if (typeof value === "number") return !Number.isInteger(value) || Number.isSafeInteger(value);
  if (typeof value === "object" && value !== null) return Object.values(value).every(safe);
  return true;
}
