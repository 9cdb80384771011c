import type { components } from "./schema";

/** What the API answers where something cannot be done (RFC 9457): a code and its data. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  [data: string]: unknown;
}
export type ProblemCode = components["schemas"]["Problem"]["code"] | "network_unreachable";

/** A refused request; the page shows `problem.code` in words. */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
  ) {
    super(problem.code);
    this.name = "ProblemError";
  }

  get code(): ProblemCode {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** The problem of a failed answer; one that is none of ours counts as an error of the house. */
export function problemOf(body: unknown, response: Response): ProblemError {
  if (typeof body === "object" && body !== null && "code" in body) {
    return new ProblemError(body as Problem);
  }
  const code = response.status >= 502 ? "network_unreachable" : "internal_error";
  return new ProblemError({ type: "about:blank", title: code, status: response.status, code });
}

/** The network did not answer at all. */
export function unreachable(): ProblemError {
  const code = "network_unreachable";
  return new ProblemError({ type: "about:blank", title: code, status: 0, code });
}

/** Somebody else was faster, which only the page could see. */
export function differs(): ProblemError {
  const code = "revision_differs";
  return new ProblemError({ type: "about:blank", title: code, status: 412, code });
}
