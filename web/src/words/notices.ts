import { codeInWords, t, words } from "./words";
import { moment } from "./moments";

/** A notice: a code, and data of numbers, codes and moments. */
export interface Notice {
  code: string;
  data: Record<string, unknown>;
}

/** A notice in words, from the same catalogue that messages by mail are written from. */
export function noticeInWords({ code, data }: Notice, part: "title" | "body"): string {
  const path = `notice.${code}.${part}`;
  if (!words.global.te(path)) return part === "title" ? code : "";
  const values = Object.entries(data).map(([name, value]) => [name, valueInWords(value)]);
  return t(path, Object.fromEntries(values) as Record<string, string>);
}

function valueInWords(value: unknown): string {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return moment(value);
  return typeof value === "string" ? codeInWords("noticeWord", value) : String(value ?? "");
}
