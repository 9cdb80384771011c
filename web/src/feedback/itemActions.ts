import { isOver, type Item } from "./item";

export type ItemAction = "progress" | "collaborator" | "extension" | "pause" | "resume" | "message" | "urgency" | "withdrawal";

type Known = Pick<Item, "status" | "actions" | "due_at" | "clocks">;

/** Whether an action makes sense with an item in this state; who may do it is asked apart. */
const FITS: Record<ItemAction, (item: Known) => boolean> = {
  progress: ({ status }) => status === "processing",
  collaborator: ({ status }) => status === "processing",
  extension: (item) => item.due_at !== null && item.status === "processing",
  pause: (item) => item.status === "processing" && !isPaused(item),
  resume: isPaused,
  message: () => true,
  urgency: ({ status }) => status !== "resolved" && !isOver({ status }),
  withdrawal: ({ status }) => !isOver({ status }),
};
const NEEDS: Record<ItemAction, string> = {
  progress: "feedback.progress",
  collaborator: "feedback.collaborate",
  extension: "feedback.extend",
  pause: "feedback.pause",
  resume: "feedback.pause",
  message: "feedback.message",
  urgency: "feedback.rate",
  withdrawal: "feedback.withdraw",
};

/** What the reader may do with an item as it is now, the most usual first. */
export function itemActions(item: Known): ItemAction[] {
  return (Object.keys(FITS) as ItemAction[]).filter((one) => item.actions.includes(NEEDS[one]) && FITS[one](item));
}

function isPaused(item: Pick<Item, "clocks">): boolean {
  return item.clocks.some((clock) => clock.state === "paused");
}
