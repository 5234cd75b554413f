/** Words that a person sent into a turn while it ran: theirs to read as theirs, and whether the assistant has them. */
import { useMemo } from "react";
import type { Id, Steer } from "../../api/types";
import type { HeldItem } from "../../state/model";
import { useView } from "../../state/react";
import type { Part } from "../../state/view";
import { time } from "../../state/words";
import { Icon } from "../../ui/Icon";
import "./steers.css";

export function useSteers(turn: Id): Steer[] {
  const steers = useView((state) => state.steers);
  return useMemo(() => Object.values(steers).filter((one) => one.turn_id === turn).sort((a, b) => a.created_at - b.created_at || a.id.localeCompare(b.id)), [steers, turn]);
}

/** Those that were said before part `at` began and after the one before it; beyond the last part, the rest. */
export function wordsBefore(steers: Steer[], parts: Part[], held: Record<Id, HeldItem>, at: number): Steer[] {
  if (steers.length === 0) return steers;
  const began = (index: number) => {
    const part = parts[index];
    if (!part) return index < 0 ? -Infinity : Infinity;
    // The reply is no item: whatever was said was said before it.
    return part.is === "steps" ? part.items[0]?.started_at ?? Infinity : held[part.key]?.started_at ?? Infinity;
  };
  const latest = (upTo: number) => Math.max(-Infinity, ...parts.slice(0, upTo + 1).map((_, index) => began(index)));
  const from = latest(at - 1);
  const to = at >= parts.length ? Infinity : latest(at);
  return steers.filter((one) => one.created_at >= from && (one.created_at < to || (to === Infinity && from < Infinity)));
}

const states: Record<Steer["state"], string> = {
  queued: "goes with the next step", sent: "on its way", taken: "taken in", refused: "not taken", unsure: "may not have arrived",
};

export function SteerLines({ steers }: { steers: Steer[] }) {
  const me = useView((state) => state.session?.person.id);
  const people = useView((state) => state.people);
  if (steers.length === 0) return null;
  return (
    <ul className="steers" aria-label="Said while it ran">
      {steers.map((one) => (
        <li key={one.id} data-state={one.state}>
          <Icon name="steer" />
          <span><b>{one.author === me ? "You" : people[one.author]?.name ?? "Somebody"}</b> <bdi className="steer-text">{one.text}</bdi></span>
          <span className="end" role="status">{states[one.state]}<time>{time(one.created_at)}</time></span>
        </li>
      ))}
    </ul>
  );
}
