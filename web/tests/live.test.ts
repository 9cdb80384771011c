import { describe, expect, it } from "vitest";

import { stale } from "@/api/live";

describe("a live event", () => {
  it("of a task makes its lists, the task and its item stale", () => {
    const event = { type: "user_task.assigned", data: { userTaskKey: "7", feedbackNumber: "202611-001" } };

    expect(stale(event)).toEqual([["tasks"], ["task", "7"], ["feedback", "202611-001"]]);
  });

  it("that something was missed makes everything stale", () => {
    expect(stale({ type: "refetch", data: {} })).toEqual([[]]);
  });

  it("of counters or a notice concerns only these", () => {
    expect(stale({ type: "counters", data: {} })).toEqual([["counters"]]);
    expect(stale({ type: "notice", data: {} })).toEqual([["notices"]]);
  });
});
