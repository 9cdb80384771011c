import { afterEach, describe, expect, it, vi } from "vitest";

import { patiently } from "@/api/patience";

const busy = () => new Response(null, { status: 503, headers: { "Retry-After": "0" } });
const fine = () => new Response("{}", { status: 200 });
const post = (headers: Record<string, string> = {}) => new Request("http://bihuan.test/v2/x", { method: "POST", headers, body: "{}" });

function answering(...answers: (() => Response)[]) {
  const sent = vi.fn((_: Request) => Promise.resolve((answers.shift() ?? fine)()));
  vi.stubGlobal("fetch", sent);
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

describe("a request", () => {
  it("is sent again with its key while the house is busy", async () => {
    const sent = answering(busy, fine);

    expect((await patiently(post({ "Idempotency-Key": "k" }))).status).toBe(200);
    expect(sent.mock.calls.map(([request]) => request.headers.get("Idempotency-Key"))).toEqual(["k", "k"]);
  });

  it("without a key is never sent twice", async () => {
    const sent = answering(busy, fine);

    expect((await patiently(post())).status).toBe(503);
    expect(sent).toHaveBeenCalledTimes(1);
  });

  it("gives up after three tries and tells the answer", async () => {
    const sent = answering(busy, busy, busy, busy);

    expect((await patiently(post({ "Idempotency-Key": "k" }))).status).toBe(503);
    expect(sent).toHaveBeenCalledTimes(3);
  });

  it("that was refused is not sent again", async () => {
    const sent = answering(() => new Response("{}", { status: 409 }));

    expect((await patiently(post({ "Idempotency-Key": "k" }))).status).toBe(409);
    expect(sent).toHaveBeenCalledTimes(1);
  });
});
