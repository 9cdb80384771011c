import { shallowRef, watch } from "vue";

import { locale } from "@/words/words";

const catalogues = import.meta.glob<Record<string, string>>(["@words/zh-CN.json", "@words/en.json"], { import: "default" });
const loaded = shallowRef<Record<string, string>>({});

/** The words of rules and advice, which the API's own pages have as well; read when first asked for. */
export function useRuleWords(): (room: "rule" | "advice", code: string) => string {
  watch(locale, load, { immediate: true });
  return (room, code) => loaded.value[`${room}.${code}`] ?? code;
}

async function load(): Promise<void> {
  const found = Object.entries(catalogues).find(([path]) => path.endsWith(`/${locale.value}.json`));
  loaded.value = (await found?.[1]()) ?? {};
}
