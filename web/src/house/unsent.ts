import { onBeforeUnmount, onMounted, shallowRef, watch } from "vue";

import { t } from "@/words/words";

import { BEFORE_CHANGES, FieldMemory } from "./fieldMemory";

/** Whether something is typed that would be lost: with the page, or only where it is loaded anew. */
type Unsent = { typed: () => boolean; staysInTab?: boolean };

const open = new Set<Unsent>();
let asking: Promise<boolean> | undefined;

window.addEventListener("beforeunload", (event) => [...open].some(({ typed }) => typed()) && event.preventDefault());

/** Tell of something unsent for as long as the component is there. */
export function tellUnsent(unsent: Unsent): void {
  onMounted(() => open.add(unsent));
  onBeforeUnmount(() => open.delete(unsent));
}

/** Whether a page may be left: nothing is typed, or it may be thrown away. */
export async function mayLeave(): Promise<boolean> {
  return [...open].some(({ typed, staysInTab }) => !staysInTab && typed()) ? askToDrop() : true;
}

/** Ask once whether what was typed may be thrown away. */
export function askToDrop(): Promise<boolean> {
  asking ??= ask().finally(() => (asking = undefined));
  return asking;
}

async function ask(): Promise<boolean> {
  const { ElMessageBox } = await import("element-plus/es/components/message-box/index");
  // Enter and Escape stay: only the button itself throws away.
  const words = { type: "warning" as const, confirmButtonText: t("house.unsent.stay"), cancelButtonText: t("house.unsent.drop"), closeOnClickModal: false, distinguishCancelAndClose: true };
  return ElMessageBox.confirm(t("house.unsent.ask"), t("house.unsent.title"), words).then(() => false, (action) => action === "cancel");
}

/**
 * A dialog with a form that does not lose what was typed when it is closed.
 *
 * `around` is given the element around its fields, `beforeClose` for the dialog, `giveUp` for its button;
 * `typed` says what else there is to lose. Whoever has sent it just closes it.
 */
export function useUnsent(shown: () => boolean, close: () => void, typed: () => boolean = () => false) {
  const place = shallowRef<HTMLElement>();
  let memory = new FieldMemory();
  const isTyped = () => shown() && (typed() || (place.value !== undefined && memory.isChanged(place.value)));
  const remember = () => place.value && memory.remember(place.value);

  watch(place, (now, before) => {
    for (const event of BEFORE_CHANGES) before?.removeEventListener(event, remember, { capture: true });
    for (const event of BEFORE_CHANGES) now?.addEventListener(event, remember, { capture: true });
  });
  watch(shown, () => (memory = new FieldMemory()), { flush: "sync" });
  tellUnsent({ typed: isTyped });

  async function beforeClose(done: () => void) {
    if (!isTyped() || (await askToDrop())) done();
  }
  /** A `ref` by function, since the form is in a part that comes and goes. */
  function around(element: unknown) {
    place.value = element instanceof HTMLElement ? element : undefined;
  }
  return { around, beforeClose, giveUp: () => beforeClose(close) };
}
