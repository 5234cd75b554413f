/** The models that this person likes, in this browser. Owns where they are kept. */
import type { Id } from "../../api/types";

const KEY = "switchboard.models.favourites.";

export function favourites(person: Id): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY + person) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function keepFavourites(person: Id, all: string[]) {
  try {
    localStorage.setItem(KEY + person, JSON.stringify(all));
  } catch { /* they last as long as the page */ }
}
