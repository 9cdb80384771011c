import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";

import { answered, api } from "@/api/client";
import { named } from "@/house/named";

/** The skills of the house, and their names in the reader's language. */
export function useSkills() {
  const read = useQuery({ queryKey: ["skills"], queryFn: () => answered(api.GET("/api/skills")), staleTime: 60_000 });
  const names = computed(() => new Map((read.data.value?.items ?? []).map((one) => [one.code, named(one)])));
  const skillName = (code: string) => names.value.get(code) ?? code;
  return { read, skillName };
}
