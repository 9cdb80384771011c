/** Actions by their first word, as a scope can name them: `feedback` covers all that begin with it. */
export function groupsOf(actions: string[]): { word: string; actions: string[] }[] {
  const words = [...new Set(actions.map((one) => one.split(".")[0] as string))];
  return words.map((word) => ({ word, actions: actions.filter((one) => one === word || one.startsWith(`${word}.`)) }));
}

/** A scope as short as it can be said: a word where all of its actions are chosen. */
export function shortScope(actions: string[], chosen: string[]): string[] {
  return groupsOf(actions).flatMap(({ word, actions: own }) => {
    const taken = own.filter((one) => chosen.includes(one));
    return taken.length === own.length && own.length > 1 ? [word] : taken;
  });
}
