import { useQueryClient } from "@tanstack/vue-query";
import { ref, watch } from "vue";

import { tellDone } from "@/shell/problemWords";
import { t } from "@/words/words";

import { useSending } from "@/house/sending";

/** A dialog of the item: open until it was sent or given up; then the item is read anew. */
export function useItemDialog(number: () => string, closed: () => void) {
  const queries = useQueryClient();
  const { busy, problem, send } = useSending();
  const open = ref(true);
  watch(open, (now) => now || closed());

  async function carryOut(work: () => Promise<unknown>, done?: string | (() => string)): Promise<boolean> {
    const sent = await send(work);
    // Refused or not: what the item is now is what the next attempt is about.
    void queries.invalidateQueries({ queryKey: ["feedback", number()] });
    if (!sent) return false;
    tellDone(typeof done === "function" ? done() : (done ?? t("feedback.ask.done")));
    open.value = false;
    return true;
  }

  return { open, busy, problem, carryOut };
}
