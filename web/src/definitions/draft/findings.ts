import { answered, api } from "@/api/client";
import { locale } from "@/words/words";

import type { Mark } from "../drawing/viewer";

/** What the checks say against a file: where, which rule, and how it is mended, in words. */
export interface Finding {
  resource: string;
  element: string;
  name: string;
  line: number;
  code: string;
  severity: "error" | "warning";
  found: string;
  what: string;
  mend: string;
}

/** Ask what deployment would say of a draft, with texts that are not saved yet. */
export async function checkDraft(id: string, files: Record<string, string>): Promise<Finding[]> {
  const told = await answered(
    api.POST("/api/definition-drafts/{draft_id}/check", { params: { path: { draft_id: id } }, body: { files }, headers: { "Accept-Language": locale.value } }),
  );
  const every = [...told.problems, ...told.warnings] as unknown as (Finding & { process: string })[];
  return every.map((one) => ({ ...one, severity: told.problems.includes(one as never) ? "error" : "warning" }));
}

/** The marks of findings on the drawing of one file. */
export function findingMarks(findings: Finding[], resource: string): Mark[] {
  const byElement = new Map<string, Finding[]>();
  for (const one of findings) {
    if (one.resource === resource && one.element) byElement.set(one.element, [...(byElement.get(one.element) ?? []), one]);
  }
  return [...byElement].map(([element, own]) => {
    const look = own.some(({ severity }) => severity === "error") ? "error" : "warning";
    return { element, look: `mark-${look}`, badges: [{ text: "!", look, title: own.map(({ what }) => what).join("\n") }] };
  });
}

/** Errors before warnings, the open file first. */
export function sorted(findings: Finding[], open: string): Finding[] {
  const rank = (one: Finding) => (one.severity === "error" ? 0 : 2) + (one.resource === open ? 0 : 1);
  return [...findings].sort((one, other) => rank(one) - rank(other) || one.line - other.line);
}
