import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { formInReadersWords } from "@/feedback/formWords";
import { loadWords } from "@/words/words";

const PLACE = `${__dirname}/../../bpmn/diagrams`;
const FORMS = readdirSync(PLACE).filter((file) => file.endsWith(".form"));
const formOf = (file: string) => JSON.parse(readFileSync(`${PLACE}/${file}`, "utf8")) as Record<string, unknown>;

describe("the house's own forms", () => {
  it.each(FORMS)("say everything in English on English pages, and ask for the same: %s", async (file) => {
    await loadWords("en");
    const drawn = formOf(file);

    const shown = await formInReadersWords(drawn);

    expect(JSON.stringify(shown)).not.toMatch(/\p{Script=Han}/u);
    const asked = (form: unknown) => [...JSON.stringify(form).matchAll(/"(?:key|value|id)":"[^"]*"|\{\{.*?\}\}/g)].map(([found]) => found);
    expect(asked(shown)).toEqual(asked(drawn));
  });

  it("stay as they are on Chinese pages, and where an owner wrote something else", async () => {
    const drawn = formOf("accept.form");
    await loadWords("zh-CN");
    expect(await formInReadersWords(drawn)).toEqual(drawn);

    await loadWords("en");
    const own = { id: "accept", components: [{ type: "textarea", key: "remark", label: "内部备注" }] };
    expect(await formInReadersWords(own)).toEqual(own);
  });
});
