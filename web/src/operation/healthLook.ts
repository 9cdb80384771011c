import { locale } from "@/words/words";

/** What has failed is late; what only waits is not. */
export function backlogLook({ failing }: { failing: number }): string {
  return failing > 0 ? "late" : "";
}

/** A disk that is nearly full: below a tenth near, below a fiftieth late. */
export function diskLook({ free, total }: { free: number; total: number }): string {
  if (free < total / 50) return "late";
  return free < total / 10 ? "near" : "";
}

/** Bytes as people read them. */
export function inGigabytes(bytes: number): string {
  return new Intl.NumberFormat(locale.value, { style: "unit", unit: "gigabyte", maximumFractionDigits: 1 }).format(bytes / 1e9);
}
