import { answered, api } from "@/api/client";
import type { Command } from "@/shell/palette";
import { codeInWords } from "@/words/words";

const WHOLE_OR_BEGUN = /^\d{4,6}-?\d*$/;
const SERIAL = /^\d{1,9}$/;
const MOST = 8;

/** The items that somebody may mean by a number, or by the last part of one of this month. */
export async function findItems(typed: string): Promise<Command[]> {
  const query = asked(typed, new Date());
  if (!query) return [];
  const { items } = await answered(api.GET("/api/feedback", { params: { query: { ...query, limit: MOST } } }));
  return items.map((item) => ({
    id: `item:${item.number}`,
    title: `${item.number} ${[codeInWords("feedbackValue.type", item.type), item.product].filter(Boolean).join(" · ")}`,
    hint: codeInWords("feedbackValue.status", item.status),
    run: async () => (await import("@/router")).router.push({ name: "item", params: { number: item.number } }),
  }));
}

/** What to ask for: the beginning of a number, or exactly the one of this month in the house's zone. */
export function asked(typed: string, now: Date): { number: string } | { numbers: string[] } | null {
  if (SERIAL.test(typed) && typed.length < 4) return { numbers: [`${month(now)}-${typed.padStart(3, "0")}`] };
  return WHOLE_OR_BEGUN.test(typed) ? { number: typed } : null;
}

function month(now: Date): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit" }).format(now).replace("-", "");
}
