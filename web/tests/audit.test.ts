import { describe, expect, it } from "vitest";

import { elementsOf } from "@/audit/drawing";
import { elementInWords } from "@/audit/naming";
import { changedBy, entered, isMoment, marksAt, nextMoment, processOf, statusAt, within, type Line, type StateThen, type Step } from "@/audit/replay";
import { begins, codesOf, ends, fromAddress, itemOf, toAddress, toFilter, toQuery } from "@/audit/search";

const DRAWING = `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">
  <bpmn:process id="p"><bpmn:userTask id="ask" name="Ask&#10;them" /><bpmn:endEvent id="end" />
  <bpmn:sequenceFlow id="done" sourceRef="ask" targetRef="end" /></bpmn:process></bpmn:definitions>`;

function line(number: number, kind: string, status: string | null = null): Line {
  return { number, kind, at: "2026-10-01T00:00:00Z", element: "ask", key: "1", actor: null, status };
}

function state(more: Partial<StateThen> = {}): StateThen {
  return { phase: "active", status: "", calendar: 1, elements: [], tokens: [], ended: [], flows: [], variables: [], tasks: [], timers: [], incidents: [], waiting: [], ...more };
}

function active(element: string, process = "p", kind = "userTask") {
  return { key: `k${element}`, element, kind, process, scope: "0", index: 0 };
}

function record(more: Partial<Step["record"]> = {}): Step["record"] {
  return { number: 1, kind: "ELEMENT_ACTIVATED", at: "2026-10-01T00:00:00Z", element: "ask", key: "kask", actor: null, data: {}, ...more };
}

describe("key moments", () => {
  const lines = [line(1, "INSTANCE_CREATED"), line(2, "VARIABLES_SET"), line(3, "ELEMENT_ACTIVATED", "pending"), line(4, "SEQUENCE_FLOW_TAKEN"), line(5, "TIMER_FIRED")];

  it("are tasks, timers that fired, incidents and statuses, not every step of the engine", () => {
    expect(lines.filter(isMoment).map(({ number }) => number)).toEqual([1, 3, 5]);
    expect(isMoment(line(1, "TIMER_CREATED"))).toBe(false);
    expect(isMoment(line(1, "INCIDENT_RESOLVED"))).toBe(true);
  });

  it("follow one another in both directions and end where there are no more", () => {
    expect(nextMoment(lines, 1)).toBe(3);
    expect(nextMoment(lines, 3, -1)).toBe(1);
    expect(nextMoment(lines, 5)).toBe(5);
    expect(nextMoment(lines, 1, -1)).toBe(1);
  });

  it("tell the status at any step", () => {
    expect([1, 3, 5].map((n) => statusAt(lines, n))).toEqual(["", "pending", "pending"]);
  });
});

describe("a step", () => {
  it("is one that exists, whatever the address names", () => {
    expect(["3", "0", "-2", "99", "x", undefined, "2.9"].map((n) => within(n, 5))).toEqual([3, 5, 5, 5, 5, 5, 2]);
    expect(within("3", 0)).toBe(0);
  });

  it("lies on the drawing that its record names, or where its element is or was", () => {
    const drawings = [{ process: "p", has: (id: string) => id === "ask" }, { process: "q", has: (id: string) => id === "call" }];

    expect(processOf({ record: record({ data: { process: "q" } }), state: state() }, drawings)).toBe("q");
    expect(processOf({ record: record(), state: state({ elements: [active("ask", "q")] }) }, drawings)).toBe("q");
    expect(processOf({ record: record({ element: "call", key: "0" }), state: state() }, drawings)).toBe("q");
    expect(processOf({ record: record({ element: "gone" }), state: state() }, drawings)).toBe("p");
  });

  it("marks what is done, active, failed and the record's own element, never the whole process", () => {
    const then = state({
      elements: [active("p", "p", "process"), active("ask"), active("other", "q"), active("broken")],
      ended: [{ process: "p", element: "begin", completed: 1, terminated: 0 }, { process: "p", element: "left", completed: 0, terminated: 1 }],
      flows: [{ process: "p", flow: "done", times: 2 }],
      incidents: [{ key: "1", element: "broken", code: "expression_invalid" }],
    });

    expect(marksAt(then, "p", "ask")).toEqual([
      { id: "done", marker: "bh-taken" },
      { id: "begin", marker: "bh-done" },
      { id: "ask", marker: "bh-active" },
      { id: "broken", marker: "bh-incident" },
      { id: "ask", marker: "bh-now" },
    ]);
    expect(entered(then)).toEqual(new Set(["p", "q"]));
  });

  it("tells which variables its record has set", () => {
    expect([...changedBy(record({ kind: "VARIABLES_SET", data: { variables: { a: 1, b: null } } })).names]).toEqual(["a", "b"]);
    expect(changedBy(record()).names.size).toBe(0);
  });
});

describe("a drawing", () => {
  const drawn = elementsOf(DRAWING);

  it("names its elements, and flows by where they lead", () => {
    expect(elementInWords("ask", drawn)).toBe("Ask them");
    expect(drawn.get("done")).toMatchObject({ kind: "sequenceFlow", from: "ask", to: "end" });
    expect(elementInWords("unknown", drawn)).toBe("unknown");
  });

  it("that cannot be read has no elements", () => {
    expect(elementsOf("<broken").has("ask")).toBe(false);
  });
});

describe("a search", () => {
  it("counts days in the house's zone, the last one included", () => {
    expect(begins("2026-10-01")).toBe("2026-10-01T00:00:00+08:00");
    expect(ends("2026-10-01")).toBe("2026-10-01T16:00:00.000Z");
    expect(begins("soon")).toBeUndefined();
  });

  it("asks only for what was chosen", () => {
    const nothing = fromAddress({}, ["number", "status", "person", "from", "to"]);

    expect(Object.values(toQuery(nothing)).filter((one) => one !== undefined)).toEqual([]);
    expect(toQuery({ ...nothing, number: " 202610-001 ", status: "closed" })).toMatchObject({ number: "202610-001", status: ["closed"] });
    expect(toFilter({ actor: "", action: "reveal", subject: " x ", from: "", to: "" })).toEqual({ action: ["reveal"], subject: "x" });
    expect(toAddress({ actor: "", action: "reveal" })).toEqual({ action: "reveal" });
  });

  it("knows items among subjects, and actions below a word", () => {
    expect(itemOf("202610-001")).toBe("202610-001");
    expect(itemOf("linmei")).toBe("");
    expect(codesOf({ login: "x", attachment: { add: "y", read: "z" } })).toEqual(["login", "attachment.add", "attachment.read"]);
  });
});
