import scripts from "./samples.json";

/** Scripts to begin with, for the processes that come with the house; `say` nothing personal. */
export const SAMPLES: Record<string, object> = scripts;
