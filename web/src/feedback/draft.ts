import { ref } from "vue";

import { answered, api, whole } from "@/api/client";
import { ProblemError } from "@/api/problem";

import type { Values } from "./task";

const PAUSE_MS = 700;

export type DraftState = "none" | "saving" | "saved" | "failed" | "elsewhere";

/** What one has begun to fill in, kept as one types; another window of one's own is noticed. */
export class Draft {
  readonly state = ref<DraftState>("none");
  #etag: string | null = null;
  #waiting: Values | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(readonly key: string) {}

  /** What was kept before, null for nothing. */
  async read(): Promise<Values | null> {
    const { data, response } = await whole(api.GET("/v2/user-tasks/{key}/draft", { params: { path: { key: this.key } } }));
    this.#etag = response.headers.get("ETag");
    if (response.status === 204 || !data) return null;
    this.state.value = "saved";
    return data.variables;
  }

  /** Keep values soon. */
  keep(values: Values): void {
    this.#waiting = values;
    if (this.state.value === "elsewhere") return;
    this.state.value = "saving";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /** Keep now what waits; saves follow one another. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  /** Whatever another window has saved: this one counts. */
  async takeOver(): Promise<void> {
    this.#etag = null;
    this.state.value = "saving";
    await this.flush();
  }

  /** Save no more: the task is done, or the page is left without a change. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = null;
  }

  async #save(): Promise<void> {
    const variables = this.#waiting;
    if (variables === null) return;
    this.#waiting = null;
    try {
      const header = this.#etag ? { "If-Match": this.#etag } : {};
      const params = { path: { key: this.key }, header };
      const { response } = await whole(api.PUT("/v2/user-tasks/{key}/draft", { params, body: { variables } }));
      this.#etag = response.headers.get("ETag");
      if (this.#waiting === null) this.state.value = "saved";
    } catch (error) {
      this.#waiting ??= variables;
      this.state.value = error instanceof ProblemError && error.code === "revision_differs" ? "elsewhere" : "failed";
    }
  }

  /** Throw away what was kept. */
  async drop(): Promise<void> {
    this.stop();
    this.#etag = null;
    this.state.value = "none";
    await answered(api.DELETE("/v2/user-tasks/{key}/draft", { params: { path: { key: this.key } } }));
  }
}
