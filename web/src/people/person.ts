import type { components } from "@/api/schema";
import { codeInWords } from "@/words/words";

export type Person = components["schemas"]["PersonView"];
export type NewPerson = components["schemas"]["NewPerson"];
export type PersonChange = components["schemas"]["PersonChange"];
export type Department = components["schemas"]["DepartmentView"];
export type Team = components["schemas"]["TeamView"];
export type Skill = components["schemas"]["SkillView"];
export type Role = NewPerson["roles"][number];

export const ROLES: Role[] = ["specialist", "team_lead", "duty_manager", "engineer", "staff", "head", "account_manager", "product_manager", "management", "process_owner", "auditor", "administrator"];

/** The roles of a person in words. */
export function rolesInWords(roles: string[]): string {
  return roles.map((role) => codeInWords("role", role)).join(" · ");
}

/** Whether a text can be a username or a code of the house. */
export function isCode(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,49}$/.test(text);
}

/** A password that can be told once: four groups of letters that are not taken for one another. */
export function madePassword(random: (bytes: Uint8Array) => Uint8Array = (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)): string {
  const letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
  const bytes = [...random(new Uint8Array(64))].filter((byte) => byte < letters.length * Math.floor(256 / letters.length));
  return Array.from({ length: 4 }, (_, group) => bytes.slice(group * 4, group * 4 + 4).map((byte) => letters[byte % letters.length]).join("")).join("-");
}
