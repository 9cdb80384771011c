import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";

import { answered, api } from "@/api/client";
import type { components } from "@/api/schema";
import { codeInWords, locale } from "@/words/words";

export type Person = components["schemas"]["PersonView"];

const HOUR = 3_600_000;
const MOST_NAMES = 2000;

/** The departments' names in the reader's language. */
export function useDepartments() {
  const read = useQuery({
    queryKey: ["departments"],
    queryFn: () => answered(api.GET("/api/departments")),
    staleTime: HOUR,
  });
  const departments = computed(() => read.data.value?.items ?? []);
  const names = computed(() => new Map(departments.value.map((one) => [one.code, locale.value === "en" ? one.name_en : one.name_zh])));
  /** A department's name, or what the console knows it by until the names are there. */
  const departmentName = (code: string | null | undefined) => (code ? (names.value.get(code) ?? codeInWords("department", code)) : "");
  return { departments, departmentName };
}

/** The teams' names in the reader's language. */
export function useTeams() {
  const read = useQuery({ queryKey: ["teams"], queryFn: () => answered(api.GET("/api/teams")), staleTime: HOUR });
  const names = computed(() => new Map((read.data.value?.items ?? []).map((one) => [one.code, locale.value === "en" ? one.name_en : one.name_zh])));
  /** A team's name, or its code until the names are there. */
  const teamName = (code: string) => names.value.get(code) ?? code;
  return { teamName };
}

/** People found by a part of their name, for choosing one. */
export async function findPeople(typed: string, more: { department?: string } = {}): Promise<Person[]> {
  const query = { q: typed || undefined, active: true, limit: 20, ...more };
  return (await answered(api.GET("/api/people", { params: { query } }))).items;
}

/** The names of the people in the house. */
export function usePeople() {
  const read = useQuery({
    queryKey: ["people", "names"],
    queryFn: everybody,
    staleTime: HOUR,
  });
  /** A person's name, or the username where it is not known. */
  const personName = (username: string | null | undefined) => (username ? (read.data.value?.get(username) ?? username) : "");
  return { personName };
}

async function everybody(): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  let after: string | undefined;
  do {
    const page = await answered(api.GET("/api/people", { params: { query: { limit: 200, after } } }));
    for (const one of page.items) names.set(one.username, one.display_name);
    after = page.next ?? undefined;
  } while (after && names.size < MOST_NAMES);
  return names;
}
