import { useQuery } from "@tanstack/vue-query";
import { computed, reactive, ref, watch, type Ref } from "vue";

import { answered, api } from "@/api/client";
import { ProblemError } from "@/api/problem";
import { queries } from "@/api/queries";
import type { components } from "@/api/schema";
import { session } from "@/session/session";

import { deleteDraftFile, draftFile, putDraftFile } from "../files";

export type Draft = components["schemas"]["DraftDetail"];

/** A file that is open: the text and digest it was read with, and the text as it is edited. */
export interface OpenFile {
  read: string;
  digest: string;
  text: string;
}

const EDITABLE = new Set(["draft", "rejected", "withdrawn"]);

/** A draft that is worked on: what is open of it, what was changed, and who else changed it. */
export function useDraft(id: Ref<string>) {
  const open = reactive(new Map<string, OpenFile>());
  const conflict = ref<string>();
  const saving = ref(false);
  const query = useQuery({ queryKey: computed(() => ["draft", id.value]), queryFn: () => answered(api.GET("/api/definition-drafts/{draft_id}", { params: { path: { draft_id: id.value } } })) });
  const draft = computed(() => query.data.value);
  const changed = computed(() => [...open].filter(([, file]) => file.text !== file.read).map(([name]) => name));
  const editable = computed(() => EDITABLE.has(draft.value?.state ?? "") && (session.value?.actions.includes("definition.edit") ?? false));
  watch(id, () => open.clear());

  /** Read a file once; what was typed in it stays. */
  async function load(name: string): Promise<OpenFile> {
    const known = open.get(name);
    if (known) return known;
    const read = await draftFile(id.value, name);
    const digest = draft.value?.files.find((file) => file.name === name)?.digest ?? "";
    open.set(name, { read, digest, text: read });
    return open.get(name) as OpenFile;
  }

  async function fresh(): Promise<Draft> {
    return (await query.refetch({ throwOnError: true })).data as Draft;
  }

  /** Put what was changed into the draft; a file that others changed meanwhile is a conflict. */
  async function save(): Promise<boolean> {
    if (saving.value) return false;
    saving.value = true;
    try {
      for (const name of changed.value) if (!(await put(name))) return false;
      return true;
    } finally {
      saving.value = false;
      await fresh();
      await queries.invalidateQueries({ queryKey: ["drafts"] });
      await queries.invalidateQueries({ queryKey: ["comparison"] });
    }
  }

  async function put(name: string, over = false): Promise<boolean> {
    const file = open.get(name) as OpenFile;
    const { text } = file;
    for (let attempt = 0; ; attempt += 1) {
      const now = attempt === 0 && draft.value ? draft.value : await fresh();
      const theirs = now.files.find((one) => one.name === name)?.digest ?? "";
      if (!over && theirs !== file.digest) {
        conflict.value = name;
        return false;
      }
      try {
        await putDraftFile(id.value, name, text, now.revision);
        file.read = text;
        file.digest = (await fresh()).files.find((one) => one.name === name)?.digest ?? "";
        return true;
      } catch (error) {
        if (!(error instanceof ProblemError) || error.code !== "revision_differs" || attempt > 2) throw error;
      }
    }
  }

  /** End a conflict: put ours over theirs, or read theirs and forget ours. */
  async function settle(ours: boolean): Promise<void> {
    const name = conflict.value;
    conflict.value = undefined;
    if (!name) return;
    if (ours) await put(name, true);
    else {
      open.delete(name);
      await fresh();
      await load(name);
    }
  }

  /** Put files of one's own into the draft, over those of the same name. */
  async function upload(files: File[]): Promise<void> {
    let { revision } = await fresh();
    for (const file of files) {
      revision = await putDraftFile(id.value, file.name, file, revision);
      open.delete(file.name);
    }
    await fresh();
  }

  async function remove(name: string): Promise<void> {
    await deleteDraftFile(id.value, name, (await fresh()).revision);
    open.delete(name);
    await fresh();
  }

  return { query, draft, open, changed, editable, saving, conflict, load, save, settle, upload, remove, fresh };
}

export type DraftWork = ReturnType<typeof useDraft>;
