/** Keys that an input method takes for itself: they choose and drop candidates, nothing of ours. */
const TAKEN = new Set(["Escape", "Enter", "ArrowUp", "ArrowDown"]);
// What browsers say that tell of the end of a composition before its last key.
const PROCESSED = 229;

/** Whether a key belongs to the input method with which somebody writes Chinese. */
export function isComposing(event: Pick<KeyboardEvent, "key" | "isComposing" | "keyCode">): boolean {
  return TAKEN.has(event.key) && (event.isComposing || event.keyCode === PROCESSED);
}

/** Keep such keys from dialogs and lists: Escape would close what is being written in. */
export function leaveKeysToInputMethods(): void {
  window.addEventListener("keydown", (event) => isComposing(event) && event.stopImmediatePropagation(), { capture: true });
}
