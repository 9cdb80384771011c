import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";

import { elementInWords, inReadersWords } from "@/drawing/elementWords";
import { loadWords } from "@/words/words";

import chinese from "@/words/zh-CN/element.json";

const PLACE = `${__dirname}/../../bpmn/diagrams`;
const MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL";
const DRAWINGS = readdirSync(PLACE).filter((file) => file.endsWith(".bpmn"));
const textOf = (file: string) => readFileSync(`${PLACE}/${file}`, "utf8");
/** What is named in a drawing for its readers; messages and errors are named for the engine. */
const namedIn = (xml: string) =>
  [...new DOMParser().parseFromString(xml, "application/xml").getElementsByTagNameNS(MODEL, "*")]
    .filter((one) => one.getAttribute("name") && one.getAttribute("id") && !["message", "error", "signal"].includes(one.localName))
    .map((one) => ({ id: one.getAttribute("id") as string, name: one.getAttribute("name") as string }));

describe("the house's own drawings on English pages", () => {
  beforeAll(() => loadWords("en"));

  it.each(DRAWINGS)("say everything in English: %s", (file) => {
    const shown = namedIn(inReadersWords(textOf(file)));

    expect(shown.length).toBeGreaterThan(0);
    expect(shown.filter(({ name }) => /\p{Script=Han}/u.test(name))).toEqual([]);
  });

  it("tell apart two elements of one id by their names", () => {
    expect(elementInWords("followed_up", "如何继续")).toBe("How to go on?");
    expect(elementInWords("followed_up", "已跟进")).toBe("Followed up");
  });

  it("keep the names that an owner has given", () => {
    expect(elementInWords("accept", "受理")).toBe("受理");
    expect(elementInWords("ours", "接单")).toBe("接单");
  });

  it("are known by the id alone where nothing else is told", () => {
    expect(elementInWords("check_plan")).toBe("Check plan and reply");
    expect(elementInWords("ours")).toBe("ours");
  });
});

describe("the house's own drawings on Chinese pages", () => {
  beforeAll(() => loadWords("zh-CN"));

  it("stay as they are drawn", () => {
    const xml = textOf("feedback.bpmn");

    expect(inReadersWords(xml)).toBe(xml);
    expect(elementInWords("accept", "接单")).toBe("接单");
    expect(elementInWords("check_plan")).toBe("核对方案与回复");
  });

  it("say nothing in the catalogue that no drawing says any more", () => {
    const drawn = new Set(DRAWINGS.flatMap((file) => namedIn(textOf(file))).map(({ id, name }) => `${id} ${name}`));

    const gone = Object.entries(chinese).filter(([key, name]) => !drawn.has(`${key.split(":").at(-1)} ${name}`));
    expect(gone).toEqual([]);
  });
});
