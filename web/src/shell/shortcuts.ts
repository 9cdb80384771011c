import { onBeforeUnmount, onMounted } from "vue";

/** Keys of the page that is open: what is pressed and what it does; `?` lists them. */
export interface Shortcut {
  key: string;
  /** In words. */
  title: () => string;
  run: () => unknown;
}

const active = new Set<Shortcut[]>();
const SEQUENCE_MS = 900;
let before = "";
let at = 0;

/** Give the open page keys of its own; they end with it. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  onMounted(() => active.add(shortcuts));
  onBeforeUnmount(() => active.delete(shortcuts));
}

/** Every key that works now. */
export function shortcuts(): Shortcut[] {
  return [...active].flat();
}

/** Run what a key stands for, alone or after the one before (`g i`); nothing while one types. */
export function press(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const sequence = event.timeStamp - at < SEQUENCE_MS && before ? `${before} ${event.key}` : event.key;
  const found = shortcuts().find(({ key }) => key === sequence) ?? shortcuts().find(({ key }) => key === event.key);
  before = event.key;
  at = event.timeStamp;
  if (!found) return;
  event.preventDefault();
  before = "";
  void found.run();
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("[role=dialog]") !== null;
}
