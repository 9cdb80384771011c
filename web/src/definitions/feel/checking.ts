import { answered, api } from "@/api/client";
import type { components } from "@/api/schema";

export type FeelAnswer = components["schemas"]["FeelCheck"];

/** Ask whether a text is FEEL, and what it comes to where variables are given. */
export function checkFeel(expression: string, how: { unary?: boolean; variables?: Record<string, unknown> } = {}): Promise<FeelAnswer> {
  const body = { expression, unary: how.unary ?? false, variables: how.variables ?? null };
  return answered(api.POST("/api/feel-check", { body }));
}
