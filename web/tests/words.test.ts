import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = (locale: string) => `src/words/${locale}`;
const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
const rooms = readdirSync(folder("zh-CN"));

function flat(words: Record<string, unknown>, above = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [[above + key, value] as [string, string]] : flat(value as Record<string, unknown>, `${above}${key}.`),
  );
}

describe("the words", () => {
  it("stand in the same files in both languages", () => {
    expect(readdirSync(folder("en"))).toEqual(rooms);
  });

  it.each(rooms)("of %s have the same keys and the same data in both languages", (room) => {
    const data = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    const chinese = flat(read(`${folder("zh-CN")}/${room}`));
    const english = new Map(flat(read(`${folder("en")}/${room}`)));

    expect([...english.keys()].sort()).toEqual(chinese.map(([key]) => key).sort());
    for (const [key, text] of chinese) expect([key, data(english.get(key) ?? "")]).toEqual([key, data(text)]);
  });

  it.each(rooms)("of %s are said in English where English is asked for", (room) => {
    const chinese = flat(read(`${folder("en")}/${room}`)).filter(([, text]) => /\p{Script=Han}/u.test(text));

    expect(chinese).toEqual([]);
  });
});
