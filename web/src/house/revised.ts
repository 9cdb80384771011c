import { ref, shallowRef } from "vue";

import { ProblemError } from "@/api/problem";

import { useSending } from "./sending";

/** A field that somebody else has changed meanwhile, and what it is now. */
export interface OthersChange {
  field: string;
  value: unknown;
}

/** Which fields differ between what one saw and what is there now. */
export function othersChanges(seen: object, now: object): OthersChange[] {
  const before = seen as Record<string, unknown>;
  return Object.entries(now)
    .filter(([field, value]) => JSON.stringify(before[field]) !== JSON.stringify(value))
    .map(([field, value]) => ({ field, value }));
}

/** Only what one has changed oneself: a field that was left alone is not sent. */
export function ownChanges<T extends object>(seen: T, typed: T): Partial<T> {
  const changed = Object.entries(typed).filter(([field, value]) => JSON.stringify((seen as Record<string, unknown>)[field]) !== JSON.stringify(value));
  return Object.fromEntries(changed) as Partial<T>;
}

type Read<T> = () => Promise<{ data?: T; response: Response }>;

/**
 * Something that is changed against the revision one saw.
 *
 * Where somebody else was faster, `others` says what they changed; what was typed stays, and the
 * next attempt is against what is there now.
 */
export function useRevised<T extends object>(read: Read<T>) {
  const { busy, problem, send } = useSending();
  const seen = shallowRef<T>();
  const others = ref<OthersChange[]>([]);
  let etag = "";

  /** Read it as it is now. */
  async function load(): Promise<T | undefined> {
    others.value = [];
    return (await send(again)) ? seen.value : undefined;
  }

  async function again() {
    const { data, response } = await read();
    seen.value = data;
    etag = response.headers.get("ETag") ?? "";
  }

  /** Send a change with the revision one saw; says whether it was taken. */
  async function save(work: (ifMatch: string) => Promise<unknown>): Promise<boolean> {
    others.value = [];
    if (await send(() => work(etag))) return true;
    const refused = problem.value;
    if (!(refused instanceof ProblemError && refused.code === "revision_differs")) return false;
    const before = seen.value;
    await send(again);
    problem.value = refused;
    if (before && seen.value) others.value = othersChanges(before, seen.value);
    return false;
  }

  return { busy, problem, seen, others, load, save };
}
