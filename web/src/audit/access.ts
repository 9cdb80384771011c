import { moment } from "@/words/moments";
import { codeInWords, t, words } from "@/words/words";

/** A part of what a record of access holds: what it is, and its value in words. */
export interface Detail {
  field: string;
  value: string;
  /** The whole of a long key or digest. */
  whole?: string;
}

type Naming = (username: string) => string;

const PEOPLE = new Set(["username", "usernames", "recipients", "members", "delegate", "deputies", "head"]);
/** Where the words of a field's codes stand. */
const ROOMS: Record<string, string> = {
  via: "house.login.via",
  kind: "audit.access.kind",
  role: "role",
  roles: "role",
  department: "department",
  decision: "audit.access.value",
  reason: "audit.access.reason",
  fields: "house.field",
  by: "audit.access.field",
  field: "field",
  format: "audit.access.value",
};
const MOMENT = /^\d{4}-\d{2}-\d{2}T/;
const KEY = /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,})$/;
const SHORT = 8;

/** What a record of access holds, in words; what is not known by name is shown as it is. */
export function accessInWords(data: Record<string, unknown>, name: Naming): Detail[] {
  return Object.entries(data)
    .filter(([, value]) => !isNothing(value))
    .map(([field, value]) => ({ field: fieldInWords(field), ...valueInWords(field, value, name) }));
}

function isNothing(value: unknown): boolean {
  return value === null || value === "" || (typeof value === "object" && Object.keys(value as object).length === 0);
}

function fieldInWords(field: string): string {
  for (const room of ["audit.access.field", "house.field"]) if (words.global.te(`${room}.${field}`)) return t(`${room}.${field}`);
  return field;
}

function valueInWords(field: string, value: unknown, name: Naming): Omit<Detail, "field"> {
  if (typeof value === "boolean") return { value: t(value ? "audit.access.yes" : "audit.access.no") };
  if (Array.isArray(value)) return { value: value.map((one) => valueInWords(field, one, name).value).join(t("audit.access.between")) };
  if (typeof value === "object" && value !== null) return { value: objectInWords(value as Record<string, unknown>, name) };
  const said = String(value);
  if (MOMENT.test(said)) return { value: moment(said) };
  if (PEOPLE.has(field)) return { value: name(said) };
  if (KEY.test(said)) return { value: `${said.slice(0, SHORT)}…`, whole: said };
  return { value: ROOMS[field] ? codeInWords(ROOMS[field], said) : said };
}

/** Texts of people are kept apart, under their own keys; other objects are told part by part. */
function objectInWords(value: Record<string, unknown>, name: Naming): string {
  if ("$ref" in value) return t("audit.access.keptApart");
  return accessInWords(value, name).map(({ field, value: said }) => t("audit.access.part", { field, value: said })).join(t("audit.access.between"));
}
