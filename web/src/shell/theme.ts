import { ref } from "vue";

export type Theme = "light" | "dark" | "system";

const REMEMBERED = "bihuan.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export const theme = ref<Theme>((localStorage.getItem(REMEMBERED) as Theme | null) ?? "system");
dark.addEventListener("change", () => applyTheme());

/** Show the console light, dark, or as the device is. */
export function applyTheme(chosen: Theme = theme.value): void {
  theme.value = chosen;
  localStorage.setItem(REMEMBERED, chosen);
  const isDark = chosen === "dark" || (chosen === "system" && dark.matches);
  document.documentElement.classList.toggle("dark", isDark);
}
