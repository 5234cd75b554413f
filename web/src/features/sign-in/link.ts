/** The secret in what somebody pasted as their sign-in link. Pure. */

/** What stands after the last `#`, or the secret alone; null when it can be neither. */
export function secretIn(pasted: string): string | null {
  const secret = pasted.trim().split("#").at(-1) ?? "";
  return /^[A-Za-z0-9_-]{20,}$/.test(secret) ? secret : null;
}
