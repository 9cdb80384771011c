import { answered, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Attachment = components["schemas"]["AttachmentView"];

/** Add a file to an item, or to one of its progress entries. */
export function upload(number: string, file: File, entry?: string): Promise<Attachment> {
  const form = new FormData();
  form.append("file", file, file.name);
  const params = { path: { number }, ...(entry ? { query: { entry } } : {}) };
  // The form is sent as it is: the description knows only that a file is in it.
  return answered(api.POST("/api/feedback/{number}/attachments", { params, body: { file: "" }, bodySerializer: () => form }));
}

/** The file itself; every download is recorded. */
export async function download(number: string, file: Attachment): Promise<Blob> {
  const path = { number, attachment_id: file.id };
  const got = await answered(api.GET("/api/feedback/{number}/attachments/{attachment_id}", { params: { path }, parseAs: "blob" }));
  return new Blob([got as unknown as Blob], { type: file.media_type });
}

/** How a file is looked at here. */
export function previewOf(file: Attachment): "image" | "pdf" | null {
  if (/^image\/(png|jpeg|gif|webp)$/.test(file.media_type)) return "image";
  return file.media_type === "application/pdf" ? "pdf" : null;
}

/** A size as people say it. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Keep a file on the reader's machine. */
export function saveAs(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
