import { expect, it, vi } from "vitest";

import { api } from "@/api/client";
import { loadSession, session } from "@/session/session";

vi.mock("@/api/live", () => ({ beginLive: () => undefined, endLive: () => undefined }));

it("is read again when another tab logs in while it is on its way", async () => {
  const another = new BroadcastChannel("bihuan.session");
  const own = (username: string) => ({ data: { username, actions: [] }, response: new Response() });
  const answers = [
    async () => {
      another.postMessage("wangqiang");
      await new Promise((heard) => setTimeout(heard, 50));
      return own("chenfang");
    },
    async () => own("wangqiang"),
  ];
  vi.spyOn(api, "GET").mockImplementation(((path: string) =>
    path === "/api/session"
      ? answers.shift()!()
      : Promise.resolve({ data: { session: true }, response: new Response() })) as never);

  await loadSession();

  expect(session.value?.username).toBe("wangqiang");
  another.close();
});
