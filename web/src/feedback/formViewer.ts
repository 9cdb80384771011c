import { t } from "@/words/words";

import { formInReadersWords } from "./formWords";
import type { Values } from "./task";

/** A form on the page. */
export interface FormOnPage {
  /** What is filled in so far. */
  values: () => Values;
  /** What is filled in, null where the form itself finds something wrong. */
  submit: () => Values | null;
  onChange: (tell: () => void) => void;
  setReadonly: (readonly: boolean) => void;
  destroy: () => void;
}

interface Validator {
  validateFieldInstance: (instance: unknown, value: unknown) => string[];
}

/** What the library says in English, by the beginning of it. */
const SAID: [RegExp, string][] = [
  [/^Field is required/, "required"],
  [/^Field must match pattern/, "pattern"],
  [/^Field must have minimum value of (.+)\.$/, "least"],
  [/^Field must have maximum value of (.+)\.$/, "most"],
  [/^Field must have minimum length of (.+)\.$/, "shortest"],
  [/^Field must have maximum length of (.+)\.$/, "longest"],
  [/^Field must be a valid email/, "email"],
  [/^Field must be a valid/, "phone"],
];

/** A fault that the library found, in the reader's language. */
export function faultInWords(said: string): string {
  for (const [pattern, word] of SAID) {
    const found = pattern.exec(said);
    if (found) return t(`feedback.form.${word}`, { limit: found[1] ?? "" });
  }
  return said;
}

const NAMED = { Increment: "increase", Decrement: "decrease" };

/** What the library names in English, in the reader's language. */
function nameButtons(container: HTMLElement): void {
  for (const [said, word] of Object.entries(NAMED)) {
    for (const button of container.querySelectorAll(`[aria-label="${said}"]`)) button.setAttribute("aria-label", t(`feedback.form.${word}`));
  }
}

/** Show a form-js form; the library is read when the first one is. */
export async function openForm(container: HTMLElement, schema: Record<string, unknown>, data: Values): Promise<FormOnPage> {
  const [{ Form }] = await Promise.all([
    import("@bpmn-io/form-js-viewer"),
    import("@bpmn-io/form-js-viewer/dist/assets/form-js.css"),
  ]);
  const form = new Form({ container });
  const validator = form.get<Validator>("validator");
  const validate = validator.validateFieldInstance.bind(validator);
  validator.validateFieldInstance = (instance, value) => validate(instance, value).map(faultInWords);
  await form.importSchema((await formInReadersWords(schema)) as never, data);
  nameButtons(container);
  form.on("changed", () => nameButtons(container));
  return {
    values: () => form._getSubmitData() as Values,
    submit() {
      const { data: found, errors } = form.submit();
      return Object.keys(errors).length === 0 ? (found as Values) : null;
    },
    onChange: (tell) => form.on("changed", tell),
    setReadonly: (readonly) => form.setProperty("readOnly", readonly),
    destroy: () => form.destroy(),
  };
}
