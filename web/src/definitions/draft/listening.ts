import { onBeforeUnmount, onMounted } from "vue";

/** Listen to the window as long as the page is open. */
export function useEventListener<K extends keyof WindowEventMap>(name: K, tell: (event: WindowEventMap[K]) => void): void {
  onMounted(() => window.addEventListener(name, tell));
  onBeforeUnmount(() => window.removeEventListener(name, tell));
}
