import { locale } from "@/words/words";

type Schema = Record<string, unknown>;
type Words = Record<string, string>;

const SAID = new Set(["text", "label", "description"]);

/** A form in the reader's language, where it is one of the house's own; what an owner wrote stays. */
export async function formInReadersWords(schema: Schema): Promise<Schema> {
  if (locale.value === "zh-CN") return schema;
  const { default: forms } = await import("./forms.en.json");
  const known = (forms as Record<string, Words>)[String(schema.id)];
  return known ? (said(schema, known) as Schema) : schema;
}

function said(value: unknown, known: Words): unknown {
  if (Array.isArray(value)) return value.map((one) => said(one, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, SAID.has(name) && typeof one === "string" ? (known[one] ?? one) : said(one, known)]));
}
