import { describe, expect, it } from "vitest";

import { marksOf } from "@/feedback/course";
import { countingClock } from "@/feedback/dueClock";
import { isDayOutside, isWithin, momentOf, wallOf } from "@/feedback/extension";
import type { Clock, Item, OpenTask } from "@/feedback/item";
import { itemActions } from "@/feedback/itemActions";
import { addressOf, askedOf, filterOf } from "@/feedback/itemFilter";
import { arrowHead, extended, isMeant, markedName, onPicture, type Mark } from "@/feedback/marks";
import { planOf } from "@/feedback/plan";
import { changesOf, filled, merged, type Task } from "@/feedback/task";
import { timeline } from "@/feedback/timeline";
import { isReady, verbsFor, type Chosen } from "@/feedback/verbs";

const NOON = Date.parse("2026-10-01T12:00:00Z");
const clock = (change: Partial<Clock>): Clock => ({
  kind: "solution", state: "running", rule: null, clock: "wall", started_at: "2026-10-01T02:00:00Z", due_at: "2026-10-02T02:00:00Z",
  first_due_at: "2026-10-02T02:00:00Z", paused_at: null, met_at: null, canceled_at: null, breached_at: null, ...change,
});

describe("the clock that counts", () => {
  it("is the one that runs and is due first", () => {
    const clocks = [clock({}), clock({ kind: "progress", due_at: "2026-10-01T16:00:00Z" }), clock({ kind: "acceptance", state: "met", due_at: "2026-10-01T04:00:00Z" })];

    expect(countingClock({ status: "processing", clocks }, NOON)).toMatchObject({ kind: "progress", state: "running", left: 4 * 3_600_000 });
  });

  it("is near its end when four fifths of the time have passed, and late after it", () => {
    const clocks = [clock({ started_at: "2026-10-01T08:00:00Z", due_at: "2026-10-01T13:00:00Z" })];

    expect(countingClock({ status: "processing", clocks }, NOON)?.state).toBe("near");
    expect(countingClock({ status: "processing", clocks }, NOON + 3_600_001)?.state).toBe("late");
  });

  it("stays late as long as what was asked for is owed, and no longer", () => {
    const breached = clock({ kind: "acceptance", state: "breached", due_at: "2026-10-01T04:00:00Z", breached_at: "2026-10-01T04:00:00Z" });

    expect(countingClock({ status: "pending", clocks: [breached] }, NOON)?.state).toBe("late");
    expect(countingClock({ status: "processing", clocks: [breached, clock({})] }, NOON)?.kind).toBe("solution");
  });

  it("shows the time that a clock had left when everything stands", () => {
    const clocks = [clock({ state: "paused", paused_at: "2026-10-01T22:00:00Z" })];

    expect(countingClock({ status: "processing", clocks }, NOON)).toMatchObject({ state: "paused", left: 4 * 3_600_000 });
  });
});

describe("more time", () => {
  const limit = { due_at: "2026-10-01T15:30:00Z", latest: "2026-10-06T15:30:20Z" };

  it("is asked for by the clocks of the house, wherever one sits", () => {
    expect(wallOf(limit.latest)).toBe("2026-10-06T23:30:00");
    expect(momentOf("2026-10-06T23:30:00")).toBe("2026-10-06T15:30:00.000Z");
  });

  it("lies after the old time and no later than the latest", () => {
    expect(isWithin(wallOf(limit.due_at), limit)).toBe(false);
    expect(isWithin(wallOf(limit.latest), limit)).toBe(true);
    expect(isWithin("2026-10-06T23:31:00", limit)).toBe(false);
  });

  it("offers the days that hold such a moment", () => {
    expect(isDayOutside(new Date(2026, 8, 30), limit)).toBe(true);
    expect(isDayOutside(new Date(2026, 9, 1), limit)).toBe(false);
    expect(isDayOutside(new Date(2026, 9, 6), limit)).toBe(false);
    expect(isDayOutside(new Date(2026, 9, 7), limit)).toBe(true);
  });
});

describe("what is offered", () => {
  const item = (change: Partial<Item>) => ({ status: "processing", actions: ["feedback.progress", "feedback.pause", "feedback.extend"], due_at: "2026-10-02T02:00:00Z", clocks: [clock({})], ...change });

  it("is what one may do with the item in its state", () => {
    expect(itemActions(item({}))).toEqual(["progress", "extension", "pause"]);
    expect(itemActions(item({ clocks: [clock({ state: "paused" })] }))).toEqual(["progress", "extension", "resume"]);
    expect(itemActions(item({ status: "closed" }))).toEqual([]);
  });

  const open: OpenTask = { user_task_key: "1", element_id: "process", name: "", assignee: "wangqiang", candidate_groups: ["technical"], due_date: null, visible: true };
  const task = { owner: null, signs: null } as unknown as Task;
  const reader = (username: string, directs = false) => ({ username, directs, may: () => true });

  it("of an own task is to pass it on, of others' to urge them", () => {
    expect(verbsFor(reader("wangqiang"), open, task)).toEqual(["unclaim", "reassign", "delegate", "sign", "sendBack", "copy"]);
    expect(verbsFor(reader("liyang"), open, task)).toEqual(["urge", "copy"]);
    expect(verbsFor(reader("linmei"), { ...open, visible: false }, undefined)).toEqual(["urge"]);
  });

  it("to a delegate is to return the task, not to pass it on", () => {
    expect(verbsFor(reader("wangqiang"), open, { ...task, owner: "zhaolei" })).toEqual(["return", "sendBack", "copy"]);
  });

  it("is ready when all is chosen that the verb asks for", () => {
    const chosen: Chosen = { people: ["liyang"], reason: "", position: "parallel", target: "" };

    expect(isReady("reassign", chosen)).toBe(false);
    expect(isReady("reassign", { ...chosen, reason: "他更熟悉" })).toBe(true);
    expect(isReady("copy", chosen)).toBe(true);
    expect(isReady("sendBack", { ...chosen, reason: "重写" })).toBe(false);
  });
});

describe("a form", () => {
  it("sends what was filled in, groups with their fields, and nothing that is empty", () => {
    expect(filled({ plan: "换电源", measures: "", hours: null, extension: { reason: "", until: "x" }, none: { a: "" }, list: [] })).toEqual({ plan: "换电源", extension: { until: "x" }, list: [] });
  });

  it("shows a draft over what the task knows", () => {
    expect(merged({ feedback: { number: "1", type: "repair" }, list: [1] }, { feedback: { type: "request" }, list: [] })).toEqual({ feedback: { number: "1", type: "request" }, list: [] });
  });

  it("tells what somebody else changed of the task, with the newer values", () => {
    const before = { state: "CREATED", assignee: "wangqiang", owner: null, dueDate: null, priority: 50, candidateGroups: ["technical"] } as unknown as Task;

    expect(changesOf(before, { ...before, assignee: "liyang" })).toEqual([{ field: "assignee", value: "liyang" }]);
    expect(changesOf(before, { ...before, state: "COMPLETED" })).toEqual([{ field: "state", value: "COMPLETED" }]);
  });

  it("is not stopped by limits that pass: they add candidates and move dates", () => {
    const before = { state: "CREATED", assignee: "wangqiang", owner: null, dueDate: null, priority: 50, candidateGroups: ["technical"] } as unknown as Task;

    expect(changesOf(before, { ...before, candidateGroups: ["technical", "technical.head"], priority: 80 })).toEqual([]);
  });

  it("has its plan checked by what stands in it", () => {
    expect(planOf("repair", { plan: " ", reply: "已更换", estimated_hours: "2.5" })).toEqual({ type: "repair", plan: null, measures: null, reply: "已更换", estimated_hours: 2.5 });
    expect(planOf("other", {})).toMatchObject({ type: null, estimated_hours: null });
  });
});

describe("the timeline", () => {
  const item = { states_passed: [{ status: "pending", at: "2026-10-01T02:00:00Z", record: 4 }], surveys: [] } as unknown as Item;
  const entry = (change: object) => ({ record: 9, at: "2026-10-01T03:00:00Z", kind: "task_assigned", element_id: "process", name: null, by: "lead", to: "liyang", note: null, details: {}, ...change });

  it("is newest first, whatever its lines come from", () => {
    const lines = timeline({ item, records: [entry({})], progress: [{ id: "1", code: "tested", note: "正常", author: "liyang", at: "2026-10-01T02:30:00Z" }] });

    expect(lines.map(({ kind }) => kind)).toEqual(["task_assigned", "progress", "state"]);
  });

  it("tells once what two records tell", () => {
    const records = [entry({ kind: "message", details: { name: "progress_recorded" } }), entry({ kind: "message", record: 10, details: { name: "extension_requested", until: "2026-10-05T02:00:00Z" } })];

    expect(timeline({ item, records }).map(({ kind }) => kind)).toEqual(["message_extension_requested", "state"]);
  });
});

describe("a drawing", () => {
  it("shows what failed and what is active before what was done", () => {
    const element = (element_id: string, active: number, completed: number, incidents = 0) => ({ element_id, active, completed, canceled: 0, incidents });

    expect(marksOf({ flows: ["f"], elements: [element("a", 0, 2), element("b", 1, 1), element("c", 1, 0, 1), element("d", 0, 0)] })).toEqual([
      { id: "f", marker: "bh-taken" }, { id: "a", marker: "bh-done" }, { id: "b", marker: "bh-active" }, { id: "c", marker: "bh-incident" },
    ]);
  });
});

describe("marks on a picture", () => {
  const mark = (change: Partial<Mark>): Mark => ({ tool: "rectangle", colour: "#d92020", points: [{ x: 10, y: 10 }], ...change });

  it("are drawn in the picture's own pixels, and stay on it", () => {
    const shown = { left: 100, top: 50, width: 320, height: 200 };

    expect(onPicture({ x: 260, y: 150 }, shown, { width: 640, height: 400 })).toEqual({ x: 320, y: 200 });
    expect(onPicture({ x: 0, y: 999 }, shown, { width: 640, height: 400 })).toEqual({ x: 0, y: 400 });
  });

  it("keep two corners of a shape and the whole way of a free line", () => {
    const far = [{ x: 30, y: 30 }, { x: 60, y: 90 }];

    expect(far.reduce(extended, mark({})).points).toEqual([{ x: 10, y: 10 }, { x: 60, y: 90 }]);
    expect(far.reduce(extended, mark({ tool: "line" })).points).toHaveLength(3);
  });

  it("are only those that were meant", () => {
    expect(isMeant(mark({ points: [{ x: 10, y: 10 }, { x: 11, y: 11 }] }))).toBe(false);
    expect(isMeant(mark({ points: [{ x: 10, y: 10 }, { x: 60, y: 60 }] }))).toBe(true);
    expect(isMeant(mark({ tool: "text", text: " " }))).toBe(false);
  });

  it("end an arrow with a head that points where it goes", () => {
    const [left, right] = arrowHead({ x: 0, y: 0 }, { x: 100, y: 0 }, 20);

    expect(left.x).toBeLessThan(100);
    expect(left.x).toBeCloseTo(right.x);
    expect(left.y).toBeCloseTo(-right.y);
  });

  it("become a file beside the original", () => {
    expect(markedName("截图.jpeg", "标注")).toBe("截图-标注.png");
    expect(markedName("", "标注")).toBe("image-标注.png");
  });
});

describe("the list of items", () => {
  it("comes back to the same filter by its address", () => {
    const filter = { ...filterOf({}), status: ["pending", "processing"], urgency: "urgent", escalated: true, from: "2026-10-01" };

    expect(filterOf(addressOf(filter))).toEqual(filter);
  });

  it("asks for whole days of the house, the last one included", () => {
    expect(askedOf({ ...filterOf({}), from: "2026-10-01", to: "2026-10-31" })).toEqual({ from: "2026-10-01T00:00:00+08:00", to: "2026-11-01T00:00:00+08:00" });
  });

  it("asks for no number that none can have", () => {
    expect(askedOf({ ...filterOf({}), number: "abc" })).toEqual({});
    expect(askedOf({ ...filterOf({}), number: "202610-0" })).toEqual({ number: "202610-0" });
  });
});
