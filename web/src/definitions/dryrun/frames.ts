/** A record of a run, as far as an animation needs it. */
export interface RunRecord {
  number: number;
  kind: string;
  at: string;
  element: string;
  key: number;
  data: Record<string, unknown>;
}

/** Where a run stands after one visible step. */
export interface Frame {
  at: string;
  kind: "activated" | "completed" | "terminated" | "flow" | "timer" | "incident" | "variables";
  element: string;
  process: string;
  name: string;
  /** How much time the clock jumped before it, in milliseconds. */
  jumped: number;
  /** The elements where tokens stand, and how many. */
  active: ReadonlyMap<string, number>;
  /** Everything that ran so far, flows too. */
  ran: ReadonlySet<string>;
  variables: Readonly<Record<string, unknown>>;
}

const KINDS: Record<string, Frame["kind"]> = {
  ELEMENT_ACTIVATED: "activated",
  ELEMENT_COMPLETED: "completed",
  ELEMENT_TERMINATED: "terminated",
  SEQUENCE_FLOW_TAKEN: "flow",
  TIMER_FIRED: "timer",
  INCIDENT_CREATED: "incident",
  VARIABLES_SET: "variables",
};

/** The visible steps of a run, from its records. */
export function framesOf(records: RunRecord[]): Frame[] {
  const frames: Frame[] = [];
  const instances = new Map<number, { element: string; process: string; name: string }>();
  let active: ReadonlyMap<string, number> = new Map();
  let ran: ReadonlySet<string> = new Set();
  let variables: Readonly<Record<string, unknown>> = {};
  let process = "";
  let before = records[0]?.at ?? "";
  for (const record of records) {
    const kind = KINDS[record.kind];
    if (record.kind === "ELEMENT_ACTIVATED") instances.set(record.key, { element: record.element, process: String(record.data.process ?? ""), name: String(record.data.name ?? "") });
    if (!kind) continue;
    const known = instances.get(record.key) ?? instances.get(Number(record.data.host ?? record.data.scope));
    process = known?.process || process;
    if (kind === "activated") active = counted(active, record.element, 1);
    if (kind === "completed" || kind === "terminated") active = counted(active, record.element, -1);
    if (kind === "activated" || kind === "flow") ran = new Set(ran).add(record.element);
    if (kind === "variables") variables = { ...variables, ...(record.data.variables as Record<string, unknown>) };
    frames.push({ at: record.at, kind, element: record.element, process, name: known?.element === record.element ? known.name : "", jumped: Date.parse(record.at) - Date.parse(before), active, ran, variables });
    before = record.at;
  }
  return frames;
}

function counted(active: ReadonlyMap<string, number>, element: string, by: number): ReadonlyMap<string, number> {
  const next = new Map(active);
  const count = (next.get(element) ?? 0) + by;
  if (count > 0) next.set(element, count);
  else next.delete(element);
  return next;
}

/** The file of each process, by the ids that the drawings declare. */
export function filesByProcess(drawings: Record<string, string>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [file, xml] of Object.entries(drawings)) {
    for (const [, id] of xml.matchAll(/<(?:\w+:)?process\b[^>]*\bid="([^"]+)"/g)) found[id as string] = file;
  }
  return found;
}
