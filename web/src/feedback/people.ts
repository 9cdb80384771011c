import { useQuery } from "@tanstack/vue-query";

import { answered, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Colleague = components["schemas"]["PersonView"];
const MOST = 20;

/** People by what is typed of their name; at most twenty. */
export async function findPeople(q: string, signal?: AbortSignal): Promise<Colleague[]> {
  const query = { limit: MOST, ...(q.trim() ? { q: q.trim() } : {}) };
  const found = await answered(api.GET("/api/people", { params: { query }, signal }));
  return found.items;
}

/** Names of all who work here, for showing usernames; read once. */
export function useNames() {
  const { data } = useQuery({ queryKey: ["names"], queryFn: everybody, staleTime: 600_000 });
  return (username: string | null | undefined): string => (username ? (data.value?.get(username) ?? username) : "");
}

async function everybody(): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  let after: string | undefined;
  do {
    const page = await answered(api.GET("/api/people", { params: { query: { limit: 200, ...(after ? { after } : {}) } } }));
    for (const one of page.items) names.set(one.username, one.display_name);
    after = page.next ?? undefined;
  } while (after && names.size < 2000);
  return names;
}
