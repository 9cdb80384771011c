import type { LocationQuery } from "vue-router";

/** What items are looked for; it lives in the page's address. */
export interface Wanted {
  number: string;
  status: string;
  person: string;
  /** Days in the house's zone, both included. */
  from: string;
  to: string;
}

/** Which looks and acts are looked for. */
export interface WantedAccess {
  actor: string;
  action: string;
  subject: string;
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** The moment at which a day begins in the house's zone; undefined for what is no day. */
export function begins(day: string): string | undefined {
  return DAY.test(day) ? `${day}T00:00:00+08:00` : undefined;
}

/** The moment at which a day is over there. */
export function ends(day: string): string | undefined {
  const start = begins(day);
  return start && new Date(Date.parse(start) + DAY_MS).toISOString();
}

/** A choice as the API takes it; what was not chosen is left out. */
export function toQuery({ number, status, person, from, to }: Wanted) {
  return {
    number: number.replace(/[^\d-]/g, "") || undefined,
    status: status ? [status] : undefined,
    assignee: person || undefined,
    from: begins(from),
    to: ends(to),
  };
}

/** A choice of access records as the API takes it. */
export function toFilter({ actor, action, subject, from, to }: WantedAccess) {
  return {
    ...(actor ? { actor } : {}),
    ...(action ? { action: [action] } : {}),
    ...(subject.trim() ? { subject: subject.trim() } : {}),
    ...(begins(from) ? { from: begins(from) } : {}),
    ...(ends(to) ? { to: ends(to) } : {}),
  };
}

/** The choice that an address holds, of these names. */
export function fromAddress<N extends string>(query: LocationQuery, names: readonly N[]): Record<N, string> {
  return Object.fromEntries(names.map((name) => [name, typeof query[name] === "string" ? query[name] : ""])) as Record<N, string>;
}

/** An address that holds a choice. */
export function toAddress(wanted: object): Record<string, string> {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value)) as Record<string, string>;
}

/** What a record leads to, if it names an item. */
export function itemOf(subject: string | null): string {
  return subject && /^\d{6}-\d{3,9}$/.test(subject) ? subject : "";
}

/** The actions below a prefix: `attachment: {add: ...}` is `attachment.add`. */
export function codesOf(words: Record<string, unknown>, before = ""): string[] {
  return Object.entries(words).flatMap(([name, said]) => {
    const code = before ? `${before}.${name}` : name;
    return typeof said === "object" && said !== null && !("type" in said) ? codesOf(said as Record<string, unknown>, code) : [code];
  });
}
