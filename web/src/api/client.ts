import createClient from "openapi-fetch";

import { patiently } from "./patience";
import { problemOf, ProblemError, unreachable } from "./problem";
import type { paths } from "./schema";

type Answer<T> = { data?: T; error?: unknown; response: Response };

let csrfToken = "";
/** How often somebody's session has begun here. */
let begun = 0;
let onExpired: () => void = () => undefined;

/** Remember what the session gave; whatever changes something must bring it. */
export function useCsrfToken(token: string): void {
  csrfToken = token;
  begun += 1;
}

/** Whom to tell that the login has ended. */
export function whenExpired(tell: () => void): void {
  onExpired = tell;
}

/** Every route of the API, typed by its description. */
export const api = createClient<paths>({ baseUrl: "", fetch: patiently });

api.use({
  onRequest({ request }) {
    if (request.method !== "GET" && csrfToken) request.headers.set("X-CSRF-Token", csrfToken);
    // One press of a button is one command, however often the request is sent.
    if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", newKey());
    }
    return request;
  },
});

/** A key for one command; `randomUUID` is missing on pages that come without TLS. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** The answer's data; throws the `ProblemError` of a refusal. */
export async function answered<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await whole(call)).data as T;
}

/** Data and response, for those who need a header such as the ETag. */
export async function whole<T>(call: Promise<Answer<T>>): Promise<Answer<T>> {
  const session = begun;
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (answer.response.ok) return answer;
  const problem: ProblemError = problemOf(answer.error, answer.response);
  // What was asked before one logged in again says nothing of the login that is.
  const ended = problem.code === "token_invalid" || problem.code === "token_missing";
  if (ended && session === begun) onExpired();
  throw problem;
}
