import { t, words } from "@/words/words";

/** What a verification found: a code, the instance (if it is about one), the number of a record or manifest. */
export interface Finding {
  code: string;
  subject: string;
  number: number;
  data: Record<string, unknown>;
  count?: number;
}

/** A finding in the words of `bihuan verify`; an unknown one is said by its code. */
export function findingInWords({ code, subject, number, data }: Finding): string {
  const path = `proofWord.${code}`;
  return words.global.te(path) ? t(path, { ...data, subject, number }) : code;
}

/** A value as JSON; nothing where there is none. */
export function jsonText(value: unknown): string {
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
