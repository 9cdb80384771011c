const FIELDS = "input, textarea, select, [contenteditable='true'], .el-select";
/** What comes before somebody changes a field. */
export const BEFORE_CHANGES = ["pointerdown", "keydown", "beforeinput", "drop"] as const;

/** What fields held before somebody changed them; what the page fills in itself is no change. */
export class FieldMemory {
  readonly #held = new WeakMap<Element, string>();

  /** Remember every field of a place that was not there before. */
  remember(place: Element): void {
    for (const field of fieldsOf(place)) if (!this.#held.has(field)) this.#held.set(field, valueOf(field));
  }

  /** Whether a field holds something else now. */
  isChanged(place: Element): boolean {
    return fieldsOf(place).some((field) => this.#held.has(field) && this.#held.get(field) !== valueOf(field));
  }
}

/** A choice among many is one field; the search inside of it is none. */
function fieldsOf(place: Element): Element[] {
  return [...place.querySelectorAll(FIELDS)].filter((field) => !field.parentElement?.closest(".el-select"));
}

function valueOf(field: Element): string {
  if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) return String(field.checked);
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) return field.value;
  return field.textContent ?? "";
}
