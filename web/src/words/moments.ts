import { locale } from "./words";

const ZONE = "Asia/Shanghai";

/** A moment as people read it here: `2026-10-01 09:30` in the house's zone. */
export function moment(at: string | null | undefined): string {
  return at ? formatted(at, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }) : "";
}

/** A day, `2026-10-01`. */
export function day(at: string | null | undefined): string {
  return at ? formatted(at, { year: "numeric", month: "2-digit", day: "2-digit" }) : "";
}

function formatted(at: string, shape: Intl.DateTimeFormatOptions): string {
  const parts = new Intl.DateTimeFormat("sv-SE", { ...shape, timeZone: ZONE, hour12: false });
  return parts.format(new Date(at));
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
  const display = locale.value === "en" ? "narrow" : "short";
  return new Intl.NumberFormat(locale.value, { style: "unit", unit, unitDisplay: display }).format(amount);
}
