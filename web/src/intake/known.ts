import { ref, shallowRef, watch, type Ref } from "vue";

import { answered, api } from "@/api/client";
import { ProblemError } from "@/api/problem";
import type { components } from "@/api/schema";

export type Known = components["schemas"]["CustomerDetail"];

const PAUSE_MS = 350;

/** Whether what is typed can be a whole contact: eleven digits of a mobile, a line, an address. */
export function whole(typed: string): boolean {
  const digits = typed.replace(/\D/g, "");
  return /^\S+@\S+\.\S+$/.test(typed.trim()) || (digits.length >= 10 && digits.length <= 15);
}

/** The customer with the contact that is being typed; `known` is null where nobody has it. */
export function useKnown(contact: Ref<string>) {
  const known = shallowRef<Known | null>();
  const problem = ref<unknown>();
  let pause: ReturnType<typeof setTimeout> | undefined;
  let run = 0;

  watch(contact, (typed) => {
    clearTimeout(pause);
    const mine = ++run;
    known.value = undefined;
    problem.value = undefined;
    if (!whole(typed)) return;
    pause = setTimeout(async () => {
      try {
        const found = await answered(api.POST("/api/customers/lookup", { body: { contact: typed.trim() } }));
        if (mine === run) known.value = found;
      } catch (error) {
        if (mine !== run) return;
        if (error instanceof ProblemError && error.code === "customer_not_found") known.value = null;
        else problem.value = error;
      }
    }, PAUSE_MS);
  }, { immediate: true });
  return { known, problem };
}
