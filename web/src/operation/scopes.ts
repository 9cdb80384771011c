import type { ElementInstance, FoundVariable } from "./incident";

/** Where variables live: an element that is active, or the whole instance. */
export interface Scope {
  key: string;
  /** The element, "" for the instance. */
  element: string;
  name: string;
  variables: FoundVariable[];
}

type Element = Pick<ElementInstance, "elementInstanceKey" | "elementInstanceScopeKey" | "elementId" | "elementName">;

/**
 * The scopes that an element sees, its own first, the instance's last.
 *
 * Without an element, those that hold something; variables of elements that have ended are left out.
 */
export function scopesSeen(instance: string, elements: Element[], variables: FoundVariable[], from?: string): Scope[] {
  const byKey = new Map(elements.map((one) => [one.elementInstanceKey, one]));
  const keys = from ? chain(from, instance, byKey) : [...byKey.keys()].filter((key) => key !== instance);
  const scopes = [...new Set([...keys, instance])].map((key) => ({
    key,
    element: key === instance ? "" : (byKey.get(key)?.elementId ?? ""),
    name: key === instance ? "" : (byKey.get(key)?.elementName ?? ""),
    variables: variables.filter((one) => one.scopeKey === key).sort((one, other) => one.name.localeCompare(other.name)),
  }));
  return from ? scopes : scopes.filter(({ key, variables: held }) => key === instance || held.length > 0);
}

function chain(from: string, instance: string, byKey: Map<string, Element>): string[] {
  const keys: string[] = [];
  for (let key: string | null | undefined = from; key && key !== instance && byKey.has(key) && !keys.includes(key); ) {
    keys.push(key);
    key = byKey.get(key)?.elementInstanceScopeKey;
  }
  return keys;
}
