import { beforeAll, describe, expect, it, vi } from "vitest";

import { ProblemError } from "@/api/problem";
import { othersChanges, ownChanges, useRevised } from "@/house/revised";
import { groupsOf, shortScope } from "@/myself/scopes";
import { instanceFilter } from "@/operation/instanceSearch";
import { instanceMarks } from "@/operation/marks";
import { scopesSeen } from "@/operation/scopes";
import { nameProblem, pretty, valueProblem } from "@/operation/variableText";
import { causeInWords } from "@/operation/incident";
import { chosenDeputies } from "@/people/deputies";
import { isCode, madePassword } from "@/people/person";
import { framesOf } from "@/roster/shiftForm";
import { dayAfter, hoursText, isHeld, mondayOf, readHours, weekOf } from "@/roster/week";
import { loadWords } from "@/words/words";

beforeAll(() => loadWords("en"));

describe("a change against the revision one saw", () => {
  const answer = (name: string, tag: string) => ({ data: { name }, response: new Response(null, { headers: { ETag: tag } }) });
  const refused = new ProblemError({ type: "about:blank", title: "revision_differs", status: 412, code: "revision_differs" });

  it("is sent with the ETag that was read", async () => {
    const { load, save } = useRevised(() => Promise.resolve(answer("Ann", '"3"')));
    const work = vi.fn().mockResolvedValue(undefined);
    await load();

    const done = await save(work);

    expect(done).toBe(true);
    expect(work).toHaveBeenCalledWith('"3"');
  });

  it("tells what somebody else changed, and counts the second time", async () => {
    const read = vi.fn().mockResolvedValueOnce(answer("Ann", '"3"')).mockResolvedValueOnce(answer("Bob", '"4"'));
    const { load, save, others, problem } = useRevised<{ name: string }>(read);
    const work = vi.fn().mockRejectedValueOnce(refused).mockResolvedValueOnce(undefined);
    await load();

    const first = await save(work);

    expect(first).toBe(false);
    expect(problem.value).toBe(refused);
    expect(others.value).toEqual([{ field: "name", value: "Bob" }]);
    expect(await save(work)).toBe(true);
    expect(work).toHaveBeenLastCalledWith('"4"');
  });

  it("names only fields that differ", () => {
    expect(othersChanges({ a: 1, b: [2] }, { a: 1, b: [3] })).toEqual([{ field: "b", value: [3] }]);
    expect(ownChanges({ a: 1, b: [2] }, { a: 5, b: [2] })).toEqual({ a: 5 });
  });
});

describe("the variables that an incident saw", () => {
  const element = (key: string, scope: string) => ({ elementInstanceKey: key, elementInstanceScopeKey: scope, elementId: `e${key}`, elementName: "" });
  const variable = (scope: string, name: string) => ({ variableKey: name, name, value: "1", scopeKey: scope, processInstanceKey: "1", tenantId: "", isTruncated: false });

  it("stand by scope, the element's own first, the instance's last", () => {
    const elements = [element("3", "2"), element("2", "1"), element("9", "1")];
    const scopes = scopesSeen("1", elements, [variable("1", "b"), variable("1", "a"), variable("9", "z")], "3");

    expect(scopes.map(({ key }) => key)).toEqual(["3", "2", "1"]);
    expect(scopes[2]?.variables.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("do not run in circles where elements have ended", () => {
    expect(scopesSeen("1", [], [], "7").map(({ key }) => key)).toEqual(["1"]);
  });

  it("are JSON, exact and named as FEEL can say", () => {
    expect(["120", '"a"', '{"a": [1]}'].map(valueProblem)).toEqual(["", "", ""]);
    expect([" ", "a", "9007199254740993", "[9007199254740993]"].map(valueProblem)).toEqual(["empty", "json", "number", "number"]);
    expect([nameProblem("金额", []), nameProblem("1a", []), nameProblem("a", ["a"])]).toEqual(["", "name", "taken"]);
    expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  });
});

describe("incidents and instances", () => {
  it("tell their cause in words with its data, and unknown ones by code", () => {
    expect(causeInWords({ errorType: "condition_not_boolean", data: { flow: "f", expression: "a > {b}" } })).toBe("The condition of flow f is neither true nor false");
    expect(causeInWords({ errorType: "new_one", data: {} })).toContain("new_one");
  });

  it("are looked for by key or by number", () => {
    expect(instanceFilter({ q: "123", process: "", state: "", incident: false })).toEqual({ processInstanceKey: "123" });
    expect(instanceFilter({ q: "202611-0*", process: "feedback", state: "ACTIVE", incident: true })).toEqual({
      feedbackNumber: { $like: "*202611-0\\**" }, processDefinitionId: "feedback", state: "ACTIVE", hasIncident: true,
    });
  });

  it("show what failed before what is active", () => {
    const figures = { elementId: "a", active: 1, canceled: 0, incidents: 1, completed: 0 };
    expect(instanceMarks([figures], "b").map(({ element, look }) => [element, look])).toEqual([["a", "mark-error"], ["b", "mark-error"]]);
    expect(instanceMarks([{ ...figures, incidents: 0 }])[0]?.look).toBe("mark-active");
  });
});

describe("a week of the roster", () => {
  it("begins on Monday, across months and years", () => {
    expect(mondayOf("2027-01-03")).toBe("2026-12-28");
    expect(weekOf("2026-12-28")[6]).toBe("2027-01-03");
    expect(dayAfter("2028-02-28", 1)).toBe("2028-02-29");
  });

  it("has shifts on days with hours within their time", () => {
    const shift = { frames: { mon: [["08:00", "12:00"]] }, valid_from: "2026-11-16", valid_until: "2026-11-23" };
    expect(["2026-11-09", "2026-11-16", "2026-11-17", "2026-11-30"].map((day) => isHeld(shift, day))).toEqual([false, true, false, false]);
  });

  it("reads hours as they are typed and says where it cannot", () => {
    expect(readHours("08:00-12:00，13:00 – 17:00")).toEqual([["08:00", "12:00"], ["13:00", "17:00"]]);
    expect(["8-12", "24:00-01:00"].map(readHours)).toEqual([null, null]);
    expect(hoursText([["22:00", "06:00"]])).toBe("22:00-06:00");
    expect(framesOf({ mon: "08:00-12:00", tue: "" })).toEqual({ mon: [["08:00", "12:00"]] });
    expect(framesOf({ mon: "morning" })).toBeNull();
  });
});

describe("people and tokens", () => {
  it("keep the times of deputies that stay", () => {
    const known = { username: "ann", acting_from: "2026-11-01T00:00:00Z", acting_until: null };
    expect(chosenDeputies([known], ["bob", "ann"])).toEqual([{ username: "bob", acting_from: null, acting_until: null }, known]);
  });

  it("get codes and passwords that can be told", () => {
    expect(["linmei", "Linmei", "1a", ""].map(isCode)).toEqual([true, false, false, false]);
    expect(madePassword()).toMatch(/^(?:[a-zA-Z2-9]{4}-){3}[a-zA-Z2-9]{4}$/);
    expect(madePassword()).not.toBe(madePassword());
  });

  it("get a scope as short as it can be said", () => {
    const actions = ["feedback.read", "feedback.extend", "figures.read"];
    expect(groupsOf(actions).map(({ word }) => word)).toEqual(["feedback", "figures"]);
    expect(shortScope(actions, ["feedback.extend", "feedback.read", "figures.read"])).toEqual(["feedback", "figures.read"]);
    expect(shortScope(actions, ["feedback.read"])).toEqual(["feedback.read"]);
  });
});
