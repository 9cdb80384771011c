import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { filesByProcess, framesOf, type RunRecord } from "@/definitions/dryrun/frames";
import { along } from "@/definitions/dryrun/token";
import { findingMarks, sorted, type Finding } from "@/definitions/draft/findings";
import { byProcess } from "@/definitions/list/versions";
import { cellText, tablesOf, withCell } from "@/definitions/rules/table";
import { variablesOf } from "@/definitions/feel/variables";

const drawing = (name: string) => readFileSync(`${__dirname}/../../bpmn/diagrams/${name}`, "utf8");
const LIMITS = drawing("limits.dmn");

describe("decision tables", () => {
  it("are read with columns, rows and cells", () => {
    const [table] = tablesOf(LIMITS);
    expect(table?.columns[1]).toMatchObject({ kind: "output", name: "acceptance", label: "接单时限" });
    expect(table?.rows[0]?.cells[1]).toMatchObject({ id: "limits_default_out_1", text: '"PT2H"' });
    expect(cellText(LIMITS, "limits_default_out_1")).toBe('"PT2H"');
    expect(cellText(LIMITS, "nothing")).toBeUndefined();
    expect(tablesOf("<broken")).toEqual([]);
  });

  it("change in one cell and stay the same byte for byte elsewhere", () => {
    expect(withCell(LIMITS, "limits_default_out_1", '"PT1H"')).toBe(LIMITS.replace('"PT2H"', '"PT1H"'));
    expect(withCell('<outputEntry id="a"><text /></outputEntry>', "a", "1 < 2")).toBe('<outputEntry id="a"><text>1 &lt; 2</text></outputEntry>');
    expect(() => withCell(LIMITS, "nothing", "1")).toThrow();
  });

  it("take a dollar sign as it is", () => {
    expect(withCell('<d:inputEntry id="a"><d:text>-</d:text></d:inputEntry>', "a", '"$1$&"')).toContain('<d:text>"$1$&amp;"</d:text>');
  });
});

describe("findings", () => {
  const one: Finding = { resource: "a.bpmn", element: "x", name: "", line: 3, code: "c", severity: "warning", found: "", what: "w", mend: "" };

  it("mark an element once, by the gravest", () => {
    const [mark] = findingMarks([one, { ...one, severity: "error" }, { ...one, resource: "b.bpmn" }], "a.bpmn");
    expect(mark).toMatchObject({ element: "x", look: "mark-error" });
  });

  it("stand with errors first, those of the open file before others", () => {
    const other = { ...one, resource: "b.bpmn", severity: "error" as const };
    expect(sorted([one, other, { ...one, severity: "error" }], "a.bpmn").map(({ resource, severity }) => `${resource} ${severity}`)).toEqual(["a.bpmn error", "b.bpmn error", "a.bpmn warning"]);
  });
});

describe("runs", () => {
  const at = "2026-01-05T01:00:00Z";
  const record = (number: number, kind: string, element: string, data = {}, key = number, when = at): RunRecord => ({ number, kind, element, at: when, key, data });
  const records = [
    record(1, "ELEMENT_ACTIVATED", "p", { process: "p" }),
    record(2, "ELEMENT_ACTIVATED", "a", { process: "p", name: "A" }),
    record(3, "JOB_CREATED", "a"),
    record(4, "ELEMENT_COMPLETED", "a", {}, 2, "2026-01-05T02:00:00Z"),
    record(5, "VARIABLES_SET", "p", { variables: { x: 1 } }, 1, "2026-01-05T02:00:00Z"),
  ];

  it("show where tokens stand, how the clock jumps and what the variables are", () => {
    const frames = framesOf(records);
    expect(frames.map(({ kind }) => kind)).toEqual(["activated", "activated", "completed", "variables"]);
    expect([...(frames[1]?.active.keys() ?? [])]).toEqual(["p", "a"]);
    expect(frames[2]).toMatchObject({ jumped: 3_600_000, name: "A" });
    expect(frames[2]?.active.has("a")).toBe(false);
    expect(frames[3]?.variables).toEqual({ x: 1 });
  });

  it("move a token along every leg of its flow", () => {
    const corner = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 10 }];
    expect([0, 0.25, 0.75, 1].map((share) => along(corner, share))).toEqual([{ x: 0, y: 0 }, { x: 5, y: 0 }, { x: 10, y: 5 }, { x: 10, y: 10 }]);
  });

  it("find the file of each process", () => {
    expect(filesByProcess({ "escalation.bpmn": drawing("escalation.bpmn") })).toEqual({ escalation: "escalation.bpmn" });
  });
});

describe("drawings", () => {
  it("tell the variables that their elements bring", () => {
    const names = variablesOf(drawing("escalation.bpmn")).map(({ name }) => name);
    expect(names).toEqual(["escalation", "escalation_level", "rung"]);
  });
});

describe("versions", () => {
  it("stand under their process, the main one first", () => {
    const version = (processDefinitionId: string, number: number) => ({ processDefinitionId, version: number, name: processDefinitionId, processDefinitionKey: "1", versionTag: null, resourceName: "", hasStartForm: false, tenantId: "" });
    const found = byProcess([version("a", 2), version("a", 1), version("feedback", 1)] as never);
    expect(found.map(({ id, versions }) => [id, versions.length])).toEqual([["feedback", 1], ["a", 2]]);
  });
});
