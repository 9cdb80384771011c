import { describe, expect, it } from "vitest";

import { fromAddress, nextMidnight, toAddress, toSearch, type Chosen } from "@/inbox/query";

const OWN = { username: "linmei", department: "service", groups: ["service", "role.specialist"] };
const NOW = new Date("2026-10-01T02:00:00Z");
const PLAIN: Chosen = { queue: "mine", number: "", element: "", urgency: "", due: "", sort: "due" };
const filterOf = (change: Partial<Chosen>) => toSearch({ ...PLAIN, ...change }, OWN, NOW, nextMidnight(NOW)).filter;

describe("the inbox", () => {
  it("shows one's own open tasks first due first unless asked otherwise", () => {
    const search = toSearch(fromAddress({}), OWN, NOW, nextMidnight(NOW));

    expect(search).toEqual({ filter: { state: "CREATED", assignee: "linmei" }, sort: [{ field: "dueDate", order: "ASC" }] });
  });

  it("offers what nobody has and one's groups may claim", () => {
    expect(filterOf({ queue: "claimable" })).toEqual({ state: "CREATED", assignee: { $exists: false }, candidateGroup: { $in: OWN.groups } });
  });

  it("shows the whole department's queue and that of a team", () => {
    expect(filterOf({ queue: "department" })).toMatchObject({ candidateGroup: "service" });
    expect(filterOf({ queue: "all" })).toEqual({ state: "CREATED" });
    expect(filterOf({ queue: "team.senior" })).toMatchObject({ candidateGroup: "team.senior" });
  });

  it("finds a number by any part of it", () => {
    expect(filterOf({ number: "005" })).toMatchObject({ feedbackNumber: { $like: "*005*" } });
  });

  it("counts as due today what is due before midnight in Shanghai", () => {
    expect(nextMidnight(NOW).toISOString()).toBe("2026-10-01T16:00:00.000Z");
    expect(nextMidnight(new Date("2026-10-01T16:00:00Z")).toISOString()).toBe("2026-10-02T16:00:00.000Z");
    expect(filterOf({ due: "today" })).toMatchObject({ dueDate: { $gte: NOW.toISOString(), $lt: "2026-10-01T16:00:00.000Z" } });
  });

  it("comes back to the same choice by its address", () => {
    const chosen: Chosen = { queue: "team.senior", number: "12", element: "accept", urgency: "urgent", due: "overdue", sort: "priority" };

    expect(fromAddress(toAddress(chosen))).toEqual(chosen);
    expect(toAddress(PLAIN)).toEqual({});
  });

  it("takes no nonsense from an address", () => {
    expect(fromAddress({ sort: "drop table", due: "never", queue: ["a", "b"] })).toEqual(PLAIN);
  });
});
