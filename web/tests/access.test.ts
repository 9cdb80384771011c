import { beforeAll, describe, expect, it } from "vitest";

import { accessInWords } from "@/audit/access";
import { loadWords } from "@/words/words";

const name = (username: string) => ({ liyang: "李阳" })[username] ?? username;
const told = (data: Record<string, unknown>) => accessInWords(data, name).map(({ field, value }) => `${field} ${value}`);

describe("what a record of access holds", () => {
  beforeAll(() => loadWords("zh-CN"));

  it("is told in words: codes, people, moments, yes and no", () => {
    expect(told({ via: "password", kind: "cookie" })).toEqual(["方式 密码", "种类 浏览器会话"]);
    expect(told({ recipients: ["liyang", "gone"] })).toEqual(["接收人 李阳、gone"]);
    expect(told({ since: "2026-11-22T01:00:00Z", sound: true })).toEqual(["开始时间 2026-11-22 09:00", "是否完好 是"]);
    expect(told({ roles: ["auditor"], department: "quality" })).toEqual(["角色 审计员", "部门 质检部"]);
  });

  it("shortens keys and digests, and keeps them whole beside", () => {
    const [found] = accessInWords({ login: "fa75426d-77ec-4157-9db9-5cd6bb2d04a3" }, name);

    expect(found).toEqual({ field: "会话", value: "fa75426d…", whole: "fa75426d-77ec-4157-9db9-5cd6bb2d04a3" });
  });

  it("says of texts of people only that they are kept apart, and nothing of what is empty", () => {
    expect(told({ reason: { $ref: "5d0f…" }, element: null, ignored_columns: [] })).toEqual(["理由 （另行加密保存）"]);
  });

  it("tells parts of parts, and what it does not know as it is", () => {
    expect(told({ definitions: [{ process: "feedback", version: 2 }], new_thing: 7 })).toEqual(["部署内容 流程：feedback、版本：2", "new_thing 7"]);
  });
});
