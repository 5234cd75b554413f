/** What a browser calls itself, in two words. Pure. */

/** `Firefox on Linux` from a user agent; the beginning of it where nothing is known. */
export function browserOf(agent: string | null): string {
  if (!agent) return "Unknown browser";
  const name = /(Edg|OPR|Firefox|HeadlessChrome|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  if (!name) return agent.slice(0, 60);
  const plain = { Edg: "Edge", OPR: "Opera", HeadlessChrome: "Chrome" }[name] ?? name;
  return system ? `${plain} on ${system === "Mac OS X" ? "macOS" : system}` : plain;
}
