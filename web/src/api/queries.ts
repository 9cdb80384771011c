import { QueryClient } from "@tanstack/vue-query";

/**
 * What the console has read.
 *
 * Keys begin with the noun: `["tasks", ...]`, `["task", key]`, `["feedback", number, ...]`,
 * `["counters"]`, `["notices"]`; live events say by these which are stale.
 */
export const queries = new QueryClient({
  defaultOptions: {
    // The client already asks again where that helps.
    queries: { retry: false, staleTime: 2_000, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});
