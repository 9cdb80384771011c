import { describe, expect, it } from "vitest";

import { isComposing } from "@/shell/composing";

const key = (name: string, isComposingNow: boolean, keyCode = 0) => ({ key: name, isComposing: isComposingNow, keyCode });

describe("a key pressed while Chinese is written", () => {
  it("belongs to the input method where it chooses or drops candidates", () => {
    expect(isComposing(key("Escape", true))).toBe(true);
    expect(isComposing(key("Enter", false, 229))).toBe(true);
  });

  it("is ours where nothing is composed, and where the input method has no use for it", () => {
    expect(isComposing(key("Escape", false, 27))).toBe(false);
    expect(isComposing(key("a", true))).toBe(false);
  });
});
