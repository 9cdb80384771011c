import { expect, it, vi } from "vitest";

import { useCsrfToken, whenExpired, whole } from "@/api/client";

/** A request under way, and its answer that there is no login. */
function underWay() {
  let refuse: () => void = () => undefined;
  const error = { code: "token_missing", status: 401, title: "token_missing", type: "urn:bihuan:problem:token_missing" };
  const call = new Promise<never>((answer) => {
    refuse = () => answer({ error, response: new Response(null, { status: 401 }) } as never);
  });
  const refused = expect(whole(call)).rejects.toMatchObject({ code: "token_missing" });
  return { refuse, refused };
}

it("tells that the login has ended, unless that was asked before one logged in again", async () => {
  const tell = vi.fn();
  whenExpired(tell);
  const first = underWay();
  const late = underWay();

  first.refuse();
  await first.refused;
  expect(tell).toHaveBeenCalledTimes(1);
  useCsrfToken("of the new session");
  late.refuse();
  await late.refused;

  expect(tell).toHaveBeenCalledTimes(1);
});
