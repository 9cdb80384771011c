const MAX_WAIT_SECONDS = 5;
const TRIES = 3;
const SAFE = new Set(["GET", "PUT", "DELETE"]);

/**
 * `fetch` that asks again where the house is busy (503 with Retry-After) or the line was cut.
 *
 * Only what is safe to send twice: reads, and commands that bring an idempotency key.
 */
export async function patiently(request: Request): Promise<Response> {
  const repeatable = SAFE.has(request.method) || request.headers.has("Idempotency-Key");
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= TRIES || !repeatable;
    try {
      const response = await fetch(request.clone());
      const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
      if (response.status !== 503 || last || !(wait <= MAX_WAIT_SECONDS)) return response;
      await moment(wait * 1000, request.signal);
    } catch (error) {
      if (last || request.signal.aborted) throw error;
      await moment(250 * 2 ** attempt * (0.5 + Math.random()), request.signal);
    }
  }
}

function moment(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
