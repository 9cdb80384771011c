import { codeInWords } from "@/words/words";

/** What an element is called: in the reader's language where it is one of the house's own drawings. */
export function elementInWords(id: string | undefined, drawn: string | null | undefined): string {
  const known = codeInWords("element", id);
  return known === id ? (drawn || id) : known;
}
