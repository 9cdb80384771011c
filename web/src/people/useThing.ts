import { useQueryClient } from "@tanstack/vue-query";
import { computed, onMounted, ref, watch, type Ref } from "vue";

import { ownChanges, useRevised } from "@/house/revised";
import { tellDone } from "@/shell/problemWords";
import { t } from "@/words/words";

/**
 * A dialog that edits something of the house against the revision one saw.
 *
 * `pick` takes the fields that can be edited; only those that were changed are sent.
 */
export function useThing<T extends object, F extends object>(
  read: () => Promise<{ data?: T; response: Response }>,
  pick: (found: T) => F,
  change: (ifMatch: string, changed: Partial<F>, all: F) => Promise<unknown>,
  closed: () => void,
) {
  const queries = useQueryClient();
  const revised = useRevised(read);
  const open = ref(true);
  const typed = ref() as Ref<F | undefined>;
  const before = ref() as Ref<F | undefined>;
  watch(open, (now) => now || closed());
  onMounted(async () => {
    const found = await revised.load();
    if (!found) return;
    before.value = pick(found);
    typed.value = JSON.parse(JSON.stringify(before.value)) as F;
  });
  const changed = computed<Partial<F>>(() => (before.value && typed.value ? ownChanges(before.value, typed.value) : {}));
  const ready = computed(() => Object.keys(changed.value).length > 0);

  async function save() {
    const all = typed.value;
    if (!all || !(await revised.save((ifMatch) => change(ifMatch, changed.value, all)))) return;
    tellDone(t("people.changed"));
    for (const key of ["departments", "teams", "skills", "people", "shifts", "absences"]) void queries.invalidateQueries({ queryKey: [key] });
    open.value = false;
  }

  return { ...revised, open, typed, ready, change: save };
}
