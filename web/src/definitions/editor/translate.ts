import { locale } from "@/words/words";

type Dictionary = Record<string, string>;

/** The words of the editors in the reader's language; English is their own. */
export async function editorWords(): Promise<Dictionary> {
  if (locale.value === "en") return {};
  const loaded = await Promise.all([
    import("bpmn-js-i18n-zh/lib/bpmn-js/index.js"),
    import("bpmn-js-i18n-zh/lib/bpmn-js/elements.js"),
    import("bpmn-js-i18n-zh/lib/properties-panel/index.js"),
    import("bpmn-js-i18n-zh/lib/zeebe-properties-panel/index.js"),
    import("./words/bpmn.zh-CN.json"),
    import("./words/dmn.zh-CN.json"),
    import("./words/form.zh-CN.json"),
  ]);
  return Object.assign({}, ...loaded.map((one) => (one as { default: Dictionary }).default)) as Dictionary;
}

/** A translator of diagram-js: words of a dictionary, with their data put in. */
export function translator(dictionary: Dictionary) {
  return (template: string, data: Record<string, string> = {}): string => {
    const said = dictionary[template] ?? template;
    return said.replace(/{(\w+)}/g, (whole, name: string) => (data[name] === undefined ? whole : (dictionary[data[name]] ?? data[name])));
  };
}

/** The module by which the editors of bpmn.io speak a language. */
export function translateModule(dictionary: Dictionary) {
  return { translate: ["value", translator(dictionary)] };
}
