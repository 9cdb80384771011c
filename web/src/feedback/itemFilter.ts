import type { LocationQuery } from "vue-router";

/** What the items of the list have in common; it stands in the page's address. */
export interface ItemFilter {
  number: string;
  status: string[];
  type: string;
  urgency: string;
  department: string;
  assignee: string;
  channel: string;
  escalated: boolean;
  from: string;
  to: string;
}

const TEXTS = ["number", "type", "urgency", "department", "assignee", "channel", "from", "to"] as const;
const ZONE = "+08:00";

/** The filter that an address names. */
export function filterOf(query: LocationQuery): ItemFilter {
  const text = (name: string) => (typeof query[name] === "string" ? (query[name] as string) : "");
  const found = Object.fromEntries(TEXTS.map((name) => [name, text(name)])) as Record<(typeof TEXTS)[number], string>;
  return { ...found, status: text("status").split(",").filter(Boolean), escalated: text("escalated") === "1" };
}

/** How an address names a filter; what is not asked for is left out. */
export function addressOf(filter: ItemFilter): Record<string, string> {
  const texts = TEXTS.filter((name) => filter[name]).map((name) => [name, filter[name]]);
  const found = Object.fromEntries(texts) as Record<string, string>;
  if (filter.status.length > 0) found.status = filter.status.join(",");
  if (filter.escalated) found.escalated = "1";
  return found;
}

/** What the API is asked for; days are those of the house's zone, the last one included. */
export function askedOf(filter: ItemFilter): Record<string, unknown> {
  const { from, to, status, escalated, number, ...words } = filter;
  const given = Object.entries(words).filter(([, value]) => value);
  return {
    ...Object.fromEntries(given),
    ...(/^[\d-]+$/.test(number) ? { number } : {}),
    ...(status.length > 0 ? { status } : {}),
    ...(escalated ? { escalated: true } : {}),
    ...(from ? { from: `${from}T00:00:00${ZONE}` } : {}),
    ...(to ? { to: `${dayAfter(to)}T00:00:00${ZONE}` } : {}),
  };
}

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}
