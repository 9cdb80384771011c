import { ElMessage } from "element-plus";

import { ProblemError } from "@/api/problem";
import { codeInWords, t, words } from "@/words/words";

/** What went wrong, in the reader's language. */
export function problemInWords(error: unknown): string {
  if (!(error instanceof ProblemError)) return t("shell.failed");
  if (words.global.te(`shell.problem.${error.code}`)) return t(`shell.problem.${error.code}`);
  const said = codeInWords("apiProblem", error.code);
  return said === error.code ? t("shell.problem.other", { code: error.code }) : said;
}

/** The lines below it: one for each field or finding that the problem names. */
export function problemDetails(error: ProblemError): string[] {
  const named = error.problem.errors;
  if (!Array.isArray(named)) return [];
  return (named as { field?: string; code?: string }[])
    .filter(({ field, code }) => field ?? code)
    .map(({ field, code }) => [field && codeInWords("field", field), codeInWords("fieldProblem", code)].filter(Boolean).join(": "));
}

/** Say at the edge of the page that something was refused. */
export function tellProblem(error: unknown): void {
  tellText(problemInWords(error));
}

/** Say a refusal that is in words already. */
export function tellText(message: string): void {
  ElMessage({ type: "error", message, duration: 6000, showClose: true, grouping: true });
}

/** Say that something was done. */
export function tellDone(message: string): void {
  ElMessage({ type: "success", message, duration: 2500, grouping: true });
}
