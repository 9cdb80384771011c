import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";

import type { components } from "@/api/schema";
import { changesOf } from "@/audit/difference";
import { heatMarks, level, measured, secondsInWords, type MinedElement } from "@/audit/mining/heat";
import { findingInWords, jsonText } from "@/audit/proof";
import { numberAt, type Line } from "@/audit/replay";
import { entryInWords, recordOf, type Entry } from "@/audit/timeline";
import { loadWords } from "@/words/words";

beforeAll(() => loadWords("en"));

const named = (username: string) => (username === "liu" ? "Liu Yang" : username);

describe("a time that one jumps to", () => {
  const line = (number: number, at: string): Line => ({ number, at, kind: "VARIABLES_SET", element: "a", key: "1", actor: null, status: null });
  const lines = [line(1, "2026-10-01T01:00:00Z"), line(2, "2026-10-01T02:00:00Z"), line(3, "2026-10-01T02:00:00Z"), line(4, "2026-10-01T03:00:00Z")];

  it("shows the last record until then, in the house's zone", () => {
    expect(numberAt(lines, "2026-10-01T10:30+08:00")).toBe(3);
    expect(numberAt(lines, "2026-10-01T11:00:00+08:00")).toBe(4);
    expect(numberAt(lines, "2026-09-01T00:00+08:00")).toBe(1);
  });
});

describe("two steps side by side", () => {
  const nothing = { added: [], removed: [], changed: [] };
  const task = { key: "1", element: "accept", assignee: null, owner: null, signs: null };
  const difference: components["schemas"]["Difference"] = {
    from: { n: 1, at: null }, to: { n: 2, at: null }, phase: null, status: { before: "", after: "pending" }, calendar: null,
    elements: { ...nothing, added: [{ key: "2", element: "process", kind: "userTask", process: "p", scope: "0", index: 0 }] },
    tokens: nothing, timers: nothing, incidents: nothing, waiting: nothing,
    tasks: { ...nothing, changed: [{ before: task, after: { ...task, assignee: "liu" } }] },
    variables: [{ scope: "0", element: "p", name: "feedback", change: "changed", before: { type: null, number: "1" }, after: { type: "repair", number: "1" } }, { scope: "0", element: "p", name: "urgency", change: "changed", before: "normal", after: { a: 1 } }],
    ended: [], flows: [],
  };

  it("differ in elements, tasks and variables, each said once", () => {
    expect(changesOf(difference)).toEqual([
      { what: "elements", change: "added", element: "process", name: "", before: "", after: "" },
      { what: "tasks", change: "changed", element: "accept", name: "assignee", before: "", after: "liu" },
      { what: "variables", change: "changed", element: "p", name: "feedback.type", before: "null", after: "repair" },
      { what: "variables", change: "changed", element: "p", name: "urgency", before: "normal", after: '{"a":1}' },
    ]);
  });
});

describe("a timeline", () => {
  const entry = (more: Partial<Entry>): Entry => ({ at: "2026-10-01T01:00:00Z", source: "record", kind: "USER_TASK_ASSIGNED", actor: null, element: "", note: null, details: {}, ...more });

  it("says records, looks, progress and files in words", () => {
    const said = (more: Partial<Entry>) => entryInWords(entry(more), new Map(), named, "202610-001");

    expect(said({ element: "accept", details: { n: 7, to: "liu" } })).toContain("Liu Yang");
    expect(said({ source: "look", kind: "reveal", details: { field: "contact" } })).not.toContain("reveal ·");
    expect(said({ source: "attachment", kind: "attachment_added" })).toBe("Attachment added");
    expect(said({ source: "progress", kind: "tested" })).not.toBe("tested");
    expect(recordOf(entry({ details: { n: 7 } }))).toBe(7);
    expect(recordOf(entry({ source: "look", details: { n: 7 } }))).toBeUndefined();
  });
});

describe("a heat map", () => {
  const element = (id: string, total: number | null, completed = 1): MinedElement => ({
    element: id, name: id, kind: "userTask", instances: 1, active: 1, completed, terminated: 0,
    wall: total === null ? null : { median: total, p90: total, total }, worked: null,
  });

  it("is hottest at the highest, and leaves out what was not measured", () => {
    const marks = heatMarks([element("a", 100), element("b", 1), element("c", null), { ...element("around", 900), kind: "subProcess" }], [{ flow: "f", taken: 3, instances: 3, wall: null, worked: null }], "total", "wall", String);

    expect(marks.map(({ element: id, look }) => [id, look])).toEqual([["f", "heat-flow-5"], ["a", "heat-5"], ["b", "heat-1"]]);
    expect(measured(element("a", 1, 4), "count", "wall")).toBe(5);
    expect([level(0, 0), level(25, 100), level(100, 100)]).toEqual([1, 3, 5]);
    expect([secondsInWords(4.25, (count) => `${count}s`), secondsInWords(3600, String)]).toEqual(["4.3s", "1h"]);
  });
});

describe("a proof", () => {
  it("says what it found in the words of the command line, with its numbers", () => {
    const found = { code: "record_changed", subject: "1048576", number: 7, data: {} };

    expect(findingInWords(found)).toBe("Instance 1048576, record 7: changed");
    expect(findingInWords({ ...found, code: "unheard_of" })).toBe("unheard_of");
    expect([jsonText(null), jsonText("a"), jsonText({ a: 1 })]).toEqual(["", '"a"', '{"a":1}']);
  });
});

describe("words that the console shares with the API", () => {
  const flat = (words: object, above = ""): string[] => Object.entries(words).flatMap(([key, said]) => (typeof said === "object" ? flat(said as object, `${above}${key}.`) : [above + key]));

  it.each(["../api/words/kinds", "../api/words/acts", "../api/words/audit_report", "../proof/words"])("of %s are the same in both languages", (file) => {
    const [zh, en] = ["zh-CN", "en"].map((locale) => flat(JSON.parse(readFileSync(`${file}.${locale}.json`, "utf8")) as object).sort());

    expect(zh).toEqual(en);
  });
});
