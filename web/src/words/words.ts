import { ref, shallowRef } from "vue";
import { createI18n } from "vue-i18n";
import type { Language } from "element-plus/es/locale";

export const LOCALES = ["zh-CN", "en"] as const;
export type Locale = (typeof LOCALES)[number];

const REMEMBERED = "bihuan.locale";
const catalogues = import.meta.glob<Record<string, unknown>>("./*/*.json", { import: "default" });
const problems = import.meta.glob<Record<string, string>>("@words/problems.*.json", { import: "default" });
const kinds = import.meta.glob<Record<string, string>>("@words/kinds.*.json", { import: "default" });
const acts = import.meta.glob<Record<string, unknown>>("@words/acts.*.json", { import: "default" });
const proofs = import.meta.glob<Record<string, string>>("@proof/words.*.json", { import: "default" });
const notices = import.meta.glob<NoticeWords>("@templates/*.json", { import: "default" });
const elements: Record<Locale, () => Promise<{ default: Language }>> = {
  "zh-CN": () => import("element-plus/es/locale/lang/zh-cn"),
  en: () => import("element-plus/es/locale/lang/en"),
};

interface NoticeWords {
  messages: Record<string, { title: string; body: string }>;
  words: Record<string, string>;
}

/** The words of the console: a file for each room and language, in `src/words`. */
export const words = createI18n({
  legacy: false,
  locale: "zh-CN",
  fallbackLocale: false,
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
  messages: {},
});

/** The words of Element Plus' own parts. */
export const elementWords = shallowRef<Language>();
/** The names in the house's own drawings, by id. */
export const drawnNames = shallowRef<Record<string, string>>({});
export const locale = ref<Locale>("zh-CN");
export const t = words.global.t;

/** Show the console in a language, by default in the one used last or the browser's. */
export async function loadWords(chosen: Locale = remembered()): Promise<void> {
  const rooms = Object.entries(catalogues).filter(([path]) => path.startsWith(`./${chosen}/`));
  const [element, drawn, codes, kind, act, proof, told, ...loaded] = await Promise.all([
    elements[chosen](),
    catalogues["./zh-CN/element.json"]?.(),
    shared(problems, chosen),
    shared(kinds, chosen),
    shared(acts, chosen),
    shared(proofs, chosen),
    shared(notices, chosen),
    ...rooms.map(async ([path, load]) => [path.split("/").at(-1)?.replace(".json", ""), await load()]),
  ]);
  const messages = Object.fromEntries(loaded as [string, unknown][]);
  const beside = { apiProblem: escaped(codes ?? {}), auditKind: kind ?? {}, auditAction: act ?? {}, proofWord: templates(proof), notice: templates(told?.messages), noticeWord: told?.words ?? {} };
  words.global.setLocaleMessage(chosen, { ...messages, ...beside } as never);
  words.global.locale.value = chosen;
  elementWords.value = element.default;
  drawnNames.value = (drawn ?? {}) as Record<string, string>;
  locale.value = chosen;
  document.documentElement.lang = chosen;
  localStorage.setItem(REMEMBERED, chosen);
}

/** The file of a language among those that the console shares with others. */
async function shared<T>(files: Record<string, () => Promise<T>>, chosen: Locale): Promise<T | undefined> {
  return Object.entries(files).find(([path]) => path.endsWith(`${chosen}.json`))?.[1]();
}

function remembered(): Locale {
  const known = localStorage.getItem(REMEMBERED);
  if (known === "zh-CN" || known === "en") return known;
  return navigator.language.startsWith("zh") ? "zh-CN" : "en";
}

/** Words that the API shares are plain text: no message syntax. */
function escaped(codes: Record<string, string>): Record<string, string> {
  const entries = Object.entries(codes).map(([code, text]) => [code, text.replace(/[@{}|]/g, "{'$&'}")]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Templates of messages and proofs name their data as `$number`, our catalogues as `{number}`. */
function templates(told: object | undefined): unknown {
  const text = JSON.stringify(told ?? {});
  return JSON.parse(text.replace(/[@|]/g, "{'$&'}").replace(/\$(\w+)/g, "{$1}"));
}

/** A code in words, or the code itself where none are known (a newer API, a house's own code). */
export function codeInWords(room: string, code: string | null | undefined): string {
  if (!code) return "";
  const path = `${room}.${code}`;
  return words.global.te(path) ? t(path) : code;
}
