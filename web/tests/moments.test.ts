import { describe, expect, it } from "vitest";

import { moment, span } from "@/words/moments";
import { locale } from "@/words/words";

describe("moments", () => {
  it("are read in the house's zone", () => {
    expect(moment("2026-09-30T16:05:00Z")).toBe("2026-10-01 00:05");
    expect(moment(null)).toBe("");
  });

  it("are told apart in the two largest units, in the reader's language", () => {
    const minute = 60_000;

    locale.value = "zh-CN";
    expect(span(125 * minute)).toBe("2小时5分钟");
    locale.value = "en";
    expect(span(-125 * minute)).toBe("-2h 5m");
    expect(span(0)).toBe("0m");
  });
});
