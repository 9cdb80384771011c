import { onBeforeUnmount, ref, watch, type Ref } from "vue";

import { locale } from "@/words/words";

import { checkDraft, type Finding } from "./findings";
import type { DraftWork } from "./useDraft";

const QUIET_MS = 700;

/** Check a draft whenever it stands still for a moment, what is not saved yet included. */
export function useChecks(id: Ref<string>, work: DraftWork) {
  const findings = ref<Finding[]>([]);
  const checking = ref(false);
  let pause: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;

  async function check() {
    const own = ++latest;
    checking.value = true;
    const texts = work.changed.value.map((name) => [name, work.open.get(name)?.text ?? ""]);
    try {
      const found = await checkDraft(id.value, Object.fromEntries(texts) as Record<string, string>);
      if (own === latest) findings.value = found;
    } catch {
      // The next change asks again; what was found stays.
    } finally {
      if (own === latest) checking.value = false;
    }
  }

  function soon() {
    clearTimeout(pause);
    pause = setTimeout(check, QUIET_MS);
  }

  watch(() => [work.draft.value?.digest, locale.value, ...[...work.open.values()].map(({ text }) => text)], soon, { immediate: true });
  onBeforeUnmount(() => {
    clearTimeout(pause);
    latest += 1;
  });
  return { findings, checking };
}
