import { describe, expect, it } from "vitest";

import { asked } from "@/feedback/finder";

const NOW = new Date("2026-10-31T17:00:00Z");

describe("the palette", () => {
  it("takes a few digits for the number of this month, by the house's clock", () => {
    expect(asked("7", NOW)).toEqual({ numbers: ["202611-007"] });
    expect(asked("123", NOW)).toEqual({ numbers: ["202611-123"] });
  });

  it("finds numbers by their beginning", () => {
    expect(asked("202610-0", NOW)).toEqual({ number: "202610-0" });
    expect(asked("2026", NOW)).toEqual({ number: "2026" });
  });

  it("asks for no item where no number is typed", () => {
    expect(asked("inbox", NOW)).toBeNull();
  });
});
