/** The states of a draft, in their order. */
export const DRAFT_STATES = ["draft", "submitted", "approved", "deployed", "rejected", "withdrawn"] as const;
export type DraftState = (typeof DRAFT_STATES)[number];

/** How a state looks among others. */
export function stateLook(state: string): "info" | "warning" | "success" | "primary" | "danger" {
  const looks = { draft: "info", submitted: "warning", approved: "primary", deployed: "success", rejected: "danger" } as const;
  return looks[state as keyof typeof looks] ?? "info";
}

/** What may be done in a state, in the order of the buttons; the API decides for whom. */
export function stepsIn(state: string): ("submit" | "approve" | "reject" | "deploy" | "withdraw")[] {
  if (state === "submitted") return ["approve", "reject", "withdraw"];
  if (state === "approved") return ["deploy", "withdraw"];
  return state === "deployed" ? [] : ["submit"];
}
