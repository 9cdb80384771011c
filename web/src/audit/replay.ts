import type { components } from "@/api/schema";
import type { ElementMark } from "@/drawing/mark";

type Schemas = components["schemas"];
export type Line = Schemas["RecordLine"];
export type Step = Schemas["Step"];
export type StateThen = Schemas["StateThen"];
export type Drawing = Schemas["DrawingThen"];

const MOMENTS = /^(INSTANCE_|USER_TASK_|INCIDENT_|TIMER_FIRED|TIMER_RESCHEDULED|MESSAGE_CORRELATED|SIGNAL_CAUGHT|ERROR_THROWN|ESCALATED|COMPENSATION_TRIGGERED|CALENDAR_CHANGED|JOB_FAILED)/;

/** Whether a record is one that an auditor looks for: tasks, timers, incidents, statuses. */
export function isMoment({ kind, status }: Pick<Line, "kind" | "status">): boolean {
  return Boolean(status) || MOMENTS.test(kind);
}

/** The number of the next key moment after `n` (or the one before it); `n` where there is none. */
export function nextMoment(lines: Line[], n: number, by: 1 | -1 = 1): number {
  const found = by === 1 ? lines.find((one) => one.number > n && isMoment(one)) : lines.findLast((one) => one.number < n && isMoment(one));
  return found?.number ?? n;
}

/** A step that exists, of what an address or a slider names. */
export function within(wanted: unknown, total: number): number {
  const n = Math.trunc(Number(wanted));
  return Number.isFinite(n) && n >= 1 ? Math.min(n, total) : total;
}

/** The number of the last record up to a time; the first one where there is none before it. */
export function numberAt(lines: Line[], at: string): number {
  const time = Date.parse(at);
  return lines.findLast((one) => Date.parse(one.at) <= time)?.number ?? 1;
}

/** The status at a step: the last one that a record brought. */
export function statusAt(lines: Line[], n: number): string {
  return lines.findLast((one) => one.number <= n && one.status)?.status ?? "";
}

/** Which drawing a record is about: the one that it names, else where its element lies. */
export function processOf(step: Pick<Step, "record" | "state">, drawings: { process: string; has: (id: string) => boolean }[]): string {
  const { record, state } = step;
  const named = record.data.process;
  if (typeof named === "string" && drawings.some(({ process }) => process === named)) return named;
  const running = state.elements.find(({ key }) => key === record.key) ?? state.elements.find(({ element }) => element === record.element);
  if (running) return running.process;
  const ended = state.ended.find(({ element }) => element === record.element);
  if (ended) return ended.process;
  return (drawings.find(({ has }) => has(record.element)) ?? drawings[0])?.process ?? "";
}

/** The processes that the instance has entered by a step. */
export function entered(state: StateThen): Set<string> {
  return new Set([...state.elements, ...state.ended].map(({ process }) => process));
}

/** How a drawing is marked at a step: flows taken, what is done, active, failed, and the record's own element. */
export function marksAt(state: StateThen, process: string, now: string): ElementMark[] {
  const here = <T extends { process: string }>(all: T[]) => all.filter((one) => one.process === process);
  const failed = new Set(state.incidents.map(({ element }) => element));
  // The process itself is the whole drawing: it is not marked.
  const active = new Set(here(state.elements).filter(({ kind }) => kind !== "process").map(({ element }) => element));
  const done = here(state.ended).filter(({ completed, element }) => completed > 0 && !active.has(element) && element !== process);
  return [
    ...here(state.flows).map(({ flow }): ElementMark => ({ id: flow, marker: "bh-taken" })),
    ...done.map(({ element }): ElementMark => ({ id: element, marker: "bh-done" })),
    ...[...active].map((id): ElementMark => ({ id, marker: failed.has(id) ? "bh-incident" : "bh-active" })),
    ...(now && now !== process ? [{ id: now, marker: "bh-now" } satisfies ElementMark] : []),
  ];
}

/** The names of variables that a record has set, by the key of their scope. */
export function changedBy({ kind, key, data }: Step["record"]): { scope: string; names: Set<string> } {
  const variables = kind === "VARIABLES_SET" && typeof data.variables === "object" ? data.variables : null;
  return { scope: key, names: new Set(Object.keys(variables ?? {})) };
}
