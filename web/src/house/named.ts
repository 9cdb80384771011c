import { locale } from "@/words/words";

/** The name of something of the house in the reader's language. */
export function named(one: { name_zh: string; name_en: string }): string {
  return locale.value === "en" ? one.name_en : one.name_zh;
}
