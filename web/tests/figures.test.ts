import { beforeAll, describe, expect, it } from "vitest";

import { lastDay, periodsBetween, shifted, today, usual } from "@/figures/days";
import { dimensionsOf, measureOf, NAMES } from "@/figures/measures";
import { combined, difference, keyInWords, onAxis, valueInWords } from "@/figures/values";
import { loadWords, t } from "@/words/words";

beforeAll(() => loadWords("en"));

describe("days", () => {
  it("change at midnight in the house's zone", () => {
    expect(today(new Date("2026-09-30T16:05:00Z"))).toBe("2026-10-01");
    expect(shifted("2026-03-01", -1)).toBe("2026-02-28");
  });

  it("make periods that begin as the house counts them", () => {
    expect(periodsBetween("day", "2026-10-01", "2026-10-03")).toEqual(["2026-10-01", "2026-10-02", "2026-10-03"]);
    expect(periodsBetween("week", "2026-10-01", "2026-10-14")).toEqual(["2026-10-05", "2026-10-12"]);
    expect(periodsBetween("month", "2026-01-15", "2026-03-02")).toEqual(["2026-02-01", "2026-03-01"]);
    expect([lastDay("day", "2026-02-01"), lastDay("week", "2026-10-05"), lastDay("month", "2026-02-01")]).toEqual(["2026-02-01", "2026-10-11", "2026-02-28"]);
    expect(usual("day", "2026-10-31").from).toBe("2026-10-01");
  });
});

describe("figures", () => {
  it("are said with their unit, and what is not known is said so", () => {
    expect([valueInWords(0.9734, "share"), valueInWords(5400, "seconds"), valueInWords(1204, "items"), valueInWords(null, "share")]).toEqual(["97.3%", "1.5 h", "1,204", "No data"]);
    expect([onAxis(0.5, "share"), onAxis(5400, "seconds"), onAxis(3, "items")]).toEqual([50, 1.5, 3]);
  });

  it("are compared with what was before", () => {
    expect(difference(12, 10, "items")).toEqual({ way: "more", text: "up 2" });
    expect(difference(0.8, 0.9, "share")).toEqual({ way: "less", text: "down 10 points" });
    expect(difference(1, 1, "items")?.way).toBe("same");
    expect(difference(1, null, "items")).toBeNull();
  });

  it("of many days are added up, means weighed by their rows", () => {
    const rows = [
      { start: "2026-10-01", key: "a", value: 1, items: 1 },
      { start: "2026-10-02", key: "a", value: 0, items: 3 },
      { start: "2026-10-02", key: "b", value: 0.5, items: 2 },
    ];

    expect(combined(rows, "share")).toEqual([{ key: "b", value: 0.5, items: 2 }, { key: "a", value: 0.25, items: 4 }]);
    expect(combined(rows, "items")).toEqual([{ key: "a", value: 1, items: 4 }, { key: "b", value: 0.5, items: 2 }]);
  });

  it("have words for every measure, its rule and its dimensions", () => {
    for (const one of NAMES) {
      for (const key of [`figures.measures.${one}`, `figures.rules.${one}`, ...dimensionsOf(one).map((by) => `figures.dimensions.${by}`)]) expect(t(key)).not.toBe(key);
    }
    expect(measureOf("nothing of ours")).toBe("volume");
    expect(keyInWords("urgency", "critical", String)).toBe("Critical");
    expect(keyInWords("category", "unknown", String)).toBe("Unknown");
  });
});
