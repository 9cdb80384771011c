export interface DeputyShape {
  username: string;
  acting_from?: string | null;
  acting_until?: string | null;
}

/** The deputies of these names, each with the times that were known of them. */
export function chosenDeputies(before: DeputyShape[], names: string[]): DeputyShape[] {
  return names.map((username) => before.find((one) => one.username === username) ?? { username, acting_from: null, acting_until: null });
}
