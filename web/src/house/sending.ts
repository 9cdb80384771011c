import { ref } from "vue";

/** Sending something: whether one waits, and how it was refused; what was typed is the page's. */
export function useSending() {
  const busy = ref(false);
  const problem = ref<unknown>();

  /** Do it; says whether it was done. */
  async function send(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = undefined;
    try {
      await work();
      return true;
    } catch (error) {
      problem.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, problem, send };
}
