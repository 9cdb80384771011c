import { beforeAll, describe, expect, it } from "vitest";

import { byFile, changeInWords, valueInWords, type Change } from "@/definitions/compare/changes";
import { marksOf } from "@/definitions/compare/drawingMarks";
import { durationInWords, durationParts, isoDuration } from "@/definitions/durations";
import { loadWords } from "@/words/words";

const NONE: Change = { code: "", resource: "limits.dmn", element: "limits", name: "期限", kind: "", property: "", detail: "", row: 0, old: "", new: "" };
const CELL: Change = { ...NONE, code: "cell_changed", kind: "output", property: "接单时限", row: 1, old: '"PT4H"', new: '"PT2H"' };

describe("changes in Chinese", () => {
  beforeAll(() => loadWords("zh-CN"));

  it("say a changed limit as people do", () => {
    expect(changeInWords({ ...CELL, detail: "二级升级；通知值班经理" })).toBe("期限，第 1 行（二级升级）：接单时限由4小时改为2小时");
  });

  it("say a timer, a set and a dropped property", () => {
    const timer = { ...NONE, code: "property_changed", name: "仍无人接单", property: "time_duration", old: "PT4H", new: '=duration("PT90M")' };
    expect(changeInWords(timer)).toBe("“仍无人接单”的时长由4小时改为90分钟");
    expect(changeInWords({ ...timer, old: "" })).toBe("“仍无人接单”的时长设为90分钟");
    expect(changeInWords({ ...timer, new: "" })).toBe("“仍无人接单”的时长（4小时）删去");
  });

  it("name which of several was changed", () => {
    expect(changeInWords({ ...NONE, code: "property_changed", name: "升级", property: "output", detail: "level", old: "=1", new: "=2" })).toBe("“升级”的输出“level”由1改为2");
  });

  it("leave a code that is not known yet as it is", () => {
    expect(changeInWords({ ...NONE, code: "something_new" })).toBe("something_new");
  });

  it("say codes of the house, and quote what is none", () => {
    expect(valueInWords('"technical", "quality"')).toBe("技术部、质检部");
    expect(valueInWords('"technical.head"')).toBe("技术部负责人");
    expect(valueInWords("-")).toBe("任意");
    expect(valueInWords("a + b")).toBe("“a + b”");
    expect(valueInWords("{left} @ | one")).toBe("“{left} @ | one”");
  });
});

describe("changes in English", () => {
  beforeAll(() => loadWords("en"));

  it("say a changed limit", () => {
    expect(changeInWords(CELL)).toBe("期限, row 1: 接单时限 changed from 4 hours to 2 hours");
  });

  it("say durations of several units, and nothing for other texts", () => {
    expect(durationInWords("P1DT2H")).toBe("1 day 2 hours");
    expect(["P", "PT", "P1DT", "2h", ""].map(durationInWords)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});

describe("lists of changes", () => {
  it("stand under their files", () => {
    expect(byFile([CELL, { ...CELL, resource: "a.bpmn" }, CELL]).map(([name, own]) => [name, own.length])).toEqual([["limits.dmn", 2], ["a.bpmn", 1]]);
  });

  it("mark on the older drawing what went, on the newer what came, and a move only where nothing else changed", () => {
    const marks = marksOf({ _added: { a: {} }, _removed: { b: {} }, _changed: { c: {} }, _layoutChanged: { c: {}, d: {} } });
    expect(marks.before.map(({ element, look }) => `${element} ${look}`)).toEqual(["b mark-removed", "c mark-changed", "d mark-moved"]);
    expect(marks.after.map(({ element }) => element)).toEqual(["a", "c", "d"]);
  });
});

describe("simple durations", () => {
  it("are an amount and a unit, there and back", () => {
    for (const text of ["PT2H", "PT90M", "P3D"]) {
      const parts = durationParts(text);
      expect(parts && isoDuration(parts.amount, parts.unit)).toBe(text);
    }
    expect(durationParts("P1DT2H")).toBeUndefined();
  });
});
