import { codeInWords, t, words } from "./words";
import { moment } from "./moments";

/** A notice: a code, and data of numbers, codes and moments. */
export interface Notice {
  code: string;
  data: Record<string, unknown>;
}

const NAMES = ["decision", "element", "error", "flow", "limit", "source", "target"];
const UNTOLD = Object.fromEntries(NAMES.map((name) => [name, "…"]));

/** A notice in words, from the same catalogue that messages by mail are written from. */
export function noticeInWords({ code, data }: Notice, part: "title" | "body"): string {
  const path = `notice.${code}.${part}`;
  if (!words.global.te(path)) return part === "title" ? code : "";
  const values = Object.entries(data).map(([name, value]) => [name, valueInWords(value)]);
  return t(path, Object.fromEntries(values) as Record<string, string>);
}

function valueInWords(value: unknown): string {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return moment(value);
  if (typeof value !== "string") return String(value ?? "");
  const cause = `operation.cause.${value}`;
  // A notice tells the kind of an incident; what it was about stands on the incident's page.
  return words.global.te(cause) ? t(cause, UNTOLD) : codeInWords("noticeWord", value);
}
