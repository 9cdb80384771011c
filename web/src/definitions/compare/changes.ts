import { codeInWords, t, words } from "@/words/words";
import type { components } from "@/api/schema";

import { durationInWords } from "../durations";

export type Change = components["schemas"]["ChangeView"];

/** A difference as a sentence: what was changed, from what, to what. */
export function changeInWords(change: Change): string {
  const path = `change.say.${change.code}`;
  if (!words.global.te(path)) return change.code;
  const said = { name: nameOf(change), kind: kindInWords(change.kind), property: propertyInWords(change), row: change.row, rowWords: rowInWords(change) };
  const values = { ...said, old: valueInWords(change.old), new: valueInWords(change.new), resource: change.resource };
  const form = change.code === "property_changed" ? (!change.old ? "property_set" : !change.new ? "property_dropped" : change.code) : change.code;
  return t(`change.say.${form}`, values);
}

function nameOf(change: Change): string {
  return change.name || change.element || change.resource;
}

function kindInWords(kind: string): string {
  return codeInWords("change.kind", kind);
}

function propertyInWords(change: Change): string {
  if (change.code === "cell_changed" || change.code.startsWith("column")) return change.property;
  const said = codeInWords("change.property", change.property.replaceAll(".", "_"));
  return change.detail ? t("change.which", { property: said, which: change.detail }) : said;
}

/** How a row of a table is called: its own words up to their first stop, or its number. */
function rowInWords(change: Change): string {
  const own = change.detail.split(/[；;。\n]/)[0]?.trim();
  return own ? t("change.rowNamed", { row: change.row, words: own }) : t("change.rowNumber", { row: change.row });
}

/** A value of a file as people say it: durations and codes in words, emptiness as such. */
export function valueInWords(text: string): string {
  const bare = text.trim().replace(/^=/, "").trim();
  if (bare === "" || bare === "-") return t(bare ? "change.anything" : "change.nothing");
  const quoted = /^"([^"]*)"$/.exec(bare)?.[1];
  const duration = durationInWords(quoted ?? /^duration\("([^"]*)"\)$/.exec(bare)?.[1] ?? bare);
  if (duration) return duration;
  const listed = bare.split(",").map((one) => /^\s*"([^"]*)"\s*$/.exec(one)?.[1]);
  if (listed.every((one) => one !== undefined)) return listed.map((one) => codeOf(one as string)).join(t("change.and"));
  if (/^-?\d+(\.\d+)?$/.test(bare)) return bare;
  if (bare === "true" || bare === "false") return t(`change.${bare}`);
  return t("change.quoted", { text: bare });
}

const CODES = ["department", "feedbackValue.urgency", "feedbackValue.type", "feedbackValue.category", "change.value"];

/** A code of the house in words: a department, an urgency, a type, a category, a clock. */
function codeOf(code: string): string {
  const known = CODES.map((room) => `${room}.${code}`).find((path) => words.global.te(path));
  if (known) return t(known);
  const group = /^(\w+)\.head$/.exec(code)?.[1];
  if (group) return t("change.headOf", { department: codeInWords("department", group) });
  const role = /^role\.(\w+)$/.exec(code)?.[1];
  return role ? codeInWords("role", role) : t("change.quoted", { text: code });
}

/** Changes file by file, as they are listed. */
export function byFile(changes: Change[]): [string, Change[]][] {
  const found = new Map<string, Change[]>();
  for (const one of changes) found.set(one.resource, [...(found.get(one.resource) ?? []), one]);
  return [...found];
}
