import { locale } from "@/words/words";

const ISO = /^(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNITS = ["year", "month", "week", "day", "hour", "minute", "second"] as const;

/** An ISO 8601 duration in words (`PT2H` -> `2小时`), or undefined for any other text. */
export function durationInWords(text: string): string | undefined {
  const found = ISO.exec(text);
  if (!found || text.endsWith("P") || text.endsWith("T")) return undefined;
  const said = UNITS.map((unit, place) => [found[place + 2], unit] as const)
    .filter(([amount]) => amount !== undefined)
    .map(([amount, unit]) => amountInWords(Number(amount), unit));
  return (found[1] ?? "") + said.join(locale.value === "en" ? " " : "");
}

function amountInWords(amount: number, unit: (typeof UNITS)[number]): string {
  const style = { style: "unit", unit, unitDisplay: locale.value === "en" ? "long" : "short" } as const;
  return new Intl.NumberFormat(locale.value, style).format(amount);
}

/** A duration as ISO 8601 from an amount and a unit; the reverse of `durationParts`. */
export function isoDuration(amount: number, unit: DurationUnit): string {
  return { minute: `PT${amount}M`, hour: `PT${amount}H`, day: `P${amount}D` }[unit];
}

export type DurationUnit = "minute" | "hour" | "day";

/** The one amount and unit of a simple duration, for a field and a choice. */
export function durationParts(text: string): { amount: number; unit: DurationUnit } | undefined {
  const found = /^P(?:(\d+)D|T(?:(\d+)H|(\d+)M))$/.exec(text);
  if (!found) return undefined;
  if (found[1] !== undefined) return { amount: Number(found[1]), unit: "day" };
  if (found[2] !== undefined) return { amount: Number(found[2]), unit: "hour" };
  return { amount: Number(found[3]), unit: "minute" };
}
