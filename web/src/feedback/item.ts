import { useQuery } from "@tanstack/vue-query";
import type { Ref } from "vue";

import { answered, api } from "@/api/client";
import { live } from "@/api/live";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Item = Schemas["FeedbackDetail"];
export type ItemRow = Schemas["FeedbackView"];
export type OpenTask = Schemas["OpenTask"];
export type Clock = Schemas["ClockView"];

/** How often one asks where changes do not arrive by themselves. */
const ASK_MS = 15_000;
export const asking = () => (live.value ? false : ASK_MS);

/** An item as the reader may see it, kept fresh. */
export function useItem(number: Ref<string>) {
  return useQuery({
    queryKey: ["feedback", number, "detail"],
    queryFn: () => answered(api.GET("/api/feedback/{number}", { params: { path: { number: number.value } } })),
    refetchInterval: asking,
  });
}

/** Whether one may do an action with this very item. */
export function mayWith(item: Item | undefined, action: string): boolean {
  return item?.actions.includes(action) ?? false;
}

const OVER = new Set(["closed", "archived", "withdrawn"]);

/** Whether nothing is left to do with an item. */
export function isOver(item: Pick<ItemRow, "status">): boolean {
  return OVER.has(item.status);
}

/** Its clocks in full: ledger, moves, pauses. */
export function useClocks(number: Ref<string>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: ["feedback", number, "clocks"],
    queryFn: () => answered(api.GET("/api/feedback/{number}/clocks", { params: { path: { number: number.value } } })),
    enabled,
    refetchInterval: asking,
  });
}

/** Its files, with the tombstones. */
export function useAttachments(number: Ref<string>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: ["feedback", number, "attachments"],
    queryFn: () => answered(api.GET("/api/feedback/{number}/attachments", { params: { path: { number: number.value } } })),
    enabled,
    refetchInterval: asking,
  });
}

/** What was noted of it. */
export function useProgress(number: Ref<string>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: ["feedback", number, "progress"],
    queryFn: () => answered(api.GET("/api/feedback/{number}/progress", { params: { path: { number: number.value } } })),
    enabled,
    refetchInterval: asking,
  });
}

/** What people and limits did to it, newest first. */
export function useRecords(number: Ref<string>) {
  return useQuery({
    queryKey: ["feedback", number, "timeline"],
    queryFn: () =>
      answered(api.GET("/api/feedback/{number}/timeline", { params: { path: { number: number.value }, query: { limit: 200 } } })),
    refetchInterval: asking,
  });
}

/** Whether one sees what belongs to an item as well: to whom it was only copied, the item is shown. */
export function seesAll(item: Item | undefined): boolean {
  return item !== undefined && !item.actions.includes("feedback.copied");
}
