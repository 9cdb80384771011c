import { beforeEach, describe, expect, it } from "vitest";

import { FieldMemory } from "@/house/fieldMemory";

let form: HTMLElement;
const field = <T extends Element = HTMLInputElement>(selector: string) => form.querySelector<T>(selector) as T;

beforeEach(() => {
  form = document.createElement("form");
  form.innerHTML = `<input id="name" value="李阳"><input id="away" type="checkbox"><textarea></textarea>
    <div class="el-select"><span>普通</span><input id="search"></div>`;
});

describe("what fields held before somebody changed them", () => {
  it("is nothing to lose where nothing was changed, or where it was changed back", () => {
    const memory = new FieldMemory();
    memory.remember(form);

    field("#name").value = "李阳阳";
    field("#name").value = "李阳";

    expect(memory.isChanged(form)).toBe(false);
  });

  it.each<[string, () => void]>([
    ["text", () => (field<HTMLTextAreaElement>("textarea").value = "请尽快处理")],
    ["a tick", () => (field("#away").checked = true)],
    ["a choice", () => (field("span").textContent = "紧急")],
  ])("tells of %s that would be lost", (_what, change) => {
    const memory = new FieldMemory();
    memory.remember(form);

    change();

    expect(memory.isChanged(form)).toBe(true);
  });

  it("leaves out what the page itself fills in before anybody does something, and what one searches by", () => {
    const memory = new FieldMemory();
    field("#name").value = "filled in by the page";
    memory.remember(form);

    field("#search").value = "紧";
    form.insertAdjacentHTML("beforeend", `<input value="came later">`);

    expect(memory.isChanged(form)).toBe(false);
  });

  it("remembers a field that came later from the moment that somebody does something", () => {
    const memory = new FieldMemory();
    memory.remember(form);
    form.insertAdjacentHTML("beforeend", `<input id="late" value="">`);
    memory.remember(form);

    field("#late").value = "typed";

    expect(memory.isChanged(form)).toBe(true);
  });
});
