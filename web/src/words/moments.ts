import { locale } from "./words";

const ZONE = "Asia/Shanghai";
const DAY = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
// Making one costs more than all that it writes for a list: each is made once.
const days = dates(DAY);
const moments = dates({ ...DAY, hour: "2-digit", minute: "2-digit" });
const units = new Map<string, Intl.NumberFormat>();

/** A moment as people read it here: `2026-10-01 09:30` in the house's zone. */
export function moment(at: string | null | undefined): string {
  return at ? moments.format(new Date(at)) : "";
}

/** A day, `2026-10-01`. */
export function day(at: string | null | undefined): string {
  return at ? days.format(new Date(at)) : "";
}

function dates(shape: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("sv-SE", { ...shape, timeZone: ZONE, hour12: false });
}

/** How long until `at` (or since), in the two largest units: `2小时5分钟`, `-1d 3h`. */
export function span(milliseconds: number): string {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  const parts: [number, Unit][] = [
    [Math.floor(minutes / 1440), "day"],
    [Math.floor((minutes % 1440) / 60), "hour"],
    [minutes % 60, "minute"],
  ];
  const said = parts.filter(([amount]) => amount > 0).slice(0, 2);
  const shown = said.length > 0 ? said : parts.slice(-1);
  return (milliseconds < 0 ? "-" : "") + shown.map(([n, unit]) => unitOf(n, unit)).join(locale.value === "en" ? " " : "");
}

type Unit = "day" | "hour" | "minute";

function unitOf(amount: number, unit: Unit): string {
  const known = `${locale.value} ${unit}`;
  const unitDisplay = locale.value === "en" ? "narrow" : "short";
  const words = units.get(known) ?? new Intl.NumberFormat(locale.value, { style: "unit", unit, unitDisplay });
  units.set(known, words);
  return words.format(amount);
}
