/** Moments in words, where the hour alone would not do. Pure. */
import type { Millis } from "../api/types";
import { ago, sameDay, time, took } from "./words";

const dayAndHour = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const yearAndHour = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

/** `14:21` today, `Fri 27 Nov, 14:21` else; with the year where it is another one. */
export function moment(at: Millis, now: Millis): string {
  if (sameDay(at, now)) return time(at);
  const format = new Date(at).getFullYear() === new Date(now).getFullYear() ? dayAndHour : yearAndHour;
  return format.format(at);
}

/** `in 12 m`, `in 3 h 38 m`, `in 7 days`: the rest of a wait, in whole minutes or days. */
export function left(at: Millis, now: Millis): string {
  const minutes = Math.max(1, Math.ceil((at - now) / 60_000));
  const days = Math.round(minutes / 1440);
  return minutes >= 2 * 1440 ? `in ${days} days` : `in ${took(minutes * 60_000).replace(/ 0 [sm]$/, "")}`;
}

/** `today, 14:21`, or how long ago it was. */
export const past = (at: Millis, now: Millis): string => (now - at < 86_400_000 ? ago(at, now) : moment(at, now));
