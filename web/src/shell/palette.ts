import { ref } from "vue";

/** Something that the palette offers. */
export interface Command {
  id: string;
  /** In words, as the reader sees it. */
  title: string;
  /** Small words beside it: a number, a shortcut. */
  hint?: string;
  run: () => unknown;
}

/** Finds commands for what is typed, such as items by their number; at most ten. */
export type Finder = (typed: string) => Promise<Command[]>;

export const paletteOpen = ref(false);
const finders = new Set<Finder>();
const own = new Set<() => Command[]>();

/** Open the palette (Ctrl K). */
export function openPalette(): void {
  paletteOpen.value = true;
}

/** Let a room answer what is searched for, until the returned function is called. */
export function addFinder(finder: Finder): () => void {
  finders.add(finder);
  return () => finders.delete(finder);
}

/** Offer commands of the page that is open, until the returned function is called. */
export function addCommands(commands: () => Command[]): () => void {
  own.add(commands);
  return () => own.delete(commands);
}

/** The commands of the open page. */
export function pageCommands(): Command[] {
  return [...own].flatMap((commands) => commands());
}

/** What the rooms find. */
export async function find(typed: string): Promise<Command[]> {
  const found = await Promise.allSettled([...finders].map((finder) => finder(typed)));
  return found.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}
