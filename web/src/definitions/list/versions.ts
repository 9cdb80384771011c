import { answered, api } from "@/api/client";
import type { components } from "@/api/schema";

type Definition = components["schemas"]["ProcessDefinitionView"];

/** A process with its versions, the newest first. */
export interface Process {
  id: string;
  name: string;
  versions: Definition[];
}

const MOST = 200;

/** Every version of every process, the newest first. */
export async function readVersions(): Promise<Process[]> {
  const sort = [{ field: "processDefinitionId" as const, order: "ASC" as const }, { field: "version" as const, order: "DESC" as const }];
  const items: Definition[] = [];
  for (let from = 0; ; from += MOST) {
    const found = await answered(api.POST("/v2/process-definitions/search", { body: { sort, page: { from, limit: MOST } } }));
    items.push(...found.items);
    if (found.items.length < MOST) return byProcess(items);
  }
}

/** Versions as their processes, those of the main drawing first. */
export function byProcess(items: Definition[]): Process[] {
  const found = new Map<string, Process>();
  for (const one of items) {
    const process = found.get(one.processDefinitionId) ?? { id: one.processDefinitionId, name: one.name, versions: [] };
    process.versions.push(one);
    found.set(process.id, process);
  }
  return [...found.values()].sort((one, other) => Number(other.id === "feedback") - Number(one.id === "feedback"));
}

/** How many instances run on each version of a process, by the version's key. */
export async function readCounts(process: string): Promise<Map<string, { active: number; incident: number }>> {
  const body = { filter: { processDefinitionId: process }, page: { from: 0, limit: MOST } };
  const found = await answered(api.POST("/v2/process-definitions/statistics/process-instances-by-version", { body }));
  return new Map(
    found.items.map((one) => [
      one.processDefinitionKey,
      { active: one.activeInstancesWithIncidentCount + one.activeInstancesWithoutIncidentCount, incident: one.activeInstancesWithIncidentCount },
    ]),
  );
}
