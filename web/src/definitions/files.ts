import { answered, api, whole } from "@/api/client";

/** The kinds of files that have an editor of their own. */
export type FileKind = "bpmn" | "dmn" | "form" | "text";

/** What kind of file a name says. */
export function kindOf(name: string): FileKind {
  const ending = name.split(".").at(-1) ?? "";
  return ending === "bpmn" || ending === "dmn" || ending === "form" ? ending : "text";
}

/** A file of a deployed version. */
export async function versionFile(key: string, name: string): Promise<string> {
  const path = { key, name };
  return (await answered(api.GET("/api/process-definitions/{key}/files/{name}", { params: { path }, parseAs: "text" }))) as unknown as string;
}

/** A file of a draft. */
export async function draftFile(id: string, name: string): Promise<string> {
  const path = { draft_id: id, name };
  return (await answered(api.GET("/api/definition-drafts/{draft_id}/files/{name}", { params: { path }, parseAs: "text" }))) as unknown as string;
}

/** Put a file into a draft that is at a revision; returns the revision after it. */
export async function putDraftFile(id: string, name: string, content: string | Blob, revision: number): Promise<number> {
  const { response } = await whole(
    api.PUT("/api/definition-drafts/{draft_id}/files/{name}", {
      params: { path: { draft_id: id, name }, header: { "If-Match": `"${revision}"` } },
      headers: { "Content-Type": "application/octet-stream" },
      body: content as string,
      bodySerializer: (body) => body,
    }),
  );
  return revisionOf(response) ?? revision + 1;
}

/** Take a file out of a draft; returns the revision after it. */
export async function deleteDraftFile(id: string, name: string, revision: number): Promise<number> {
  const params = { path: { draft_id: id, name }, header: { "If-Match": `"${revision}"` } };
  const { response } = await whole(api.DELETE("/api/definition-drafts/{draft_id}/files/{name}", { params }));
  return revisionOf(response) ?? revision + 1;
}

function revisionOf(response: Response): number | undefined {
  const found = /\d+/.exec(response.headers.get("ETag") ?? "");
  return found ? Number(found[0]) : undefined;
}

/** The files of a version as they download: a link that the browser follows. */
export function exportLink(key: string): string {
  return `/api/process-definitions/${key}/export`;
}
