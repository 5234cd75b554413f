/** The small marks: the lamp for the state of anything, the face of whoever speaks, the two drawings of the house. */
import { initials, type LampKind } from "../state/words";

/** With a label where no word stands beside it, else hidden from readers. */
export function Lamp({ kind, label }: { kind: LampKind; label?: string | undefined }) {
  if (kind === "none") return <span />;
  return label
    ? <span className={`lamp ${kind}`} role="img" aria-label={label} />
    : <span className={`lamp ${kind}`} aria-hidden="true" />;
}

export interface FaceProps { name: string; of: "assistant" | "me" | "person"; size?: "s" | "l"; off?: boolean; here?: boolean }

/** People are round, assistants are square; a dot says that somebody is here. Always beside the name it abbreviates. */
export function Face({ name, of, size, off, here }: FaceProps) {
  const kind = of === "assistant" ? " bot" : of === "me" ? " me" : "";
  return <span className={`face${kind}${size ? ` ${size}` : ""}${off ? " off" : ""}${here ? " here" : ""}`} aria-hidden="true">{initials(name)}</span>;
}

const dots: [number, number][] = [[4, 4], [10, 4], [4, 10], [16, 10], [10, 16], [16, 16], [10, 10]];

export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 20 20" aria-hidden="true">
      <g className="mark-off">{dots.map(([x, y]) => <circle key={`${x} ${y}`} cx={x} cy={y} r="2" />)}</g>
      <path className="mark-cord" d="M4 16C4 7.500 16 12.500 16 4" />
      <g className="mark-on"><circle cx="4" cy="16" r="2.8" /><circle cx="16" cy="4" r="2.8" /></g>
    </svg>
  );
}

const jacks: [number, number][] = [[8, 8], [30, 8], [52, 8], [74, 8], [96, 8], [8, 30], [30, 30], [52, 30], [96, 30]];

/** The unplugged cord, on the first run only. */
export function Jacks() {
  return (
    <svg className="jacks" viewBox="0 0 132 46" aria-hidden="true">
      <g className="jack-ring">{jacks.map(([x, y]) => <circle key={`${x} ${y}`} cx={x} cy={y} r="5" />)}</g>
      <g className="mark-off">{jacks.map(([x, y]) => <circle key={`${x} ${y}`} cx={x} cy={y} r="1.5" />)}</g>
      <circle className="mark-cord thin" cx="74" cy="30" r="5" />
      <path className="mark-cord" d="M74 30c2 18 26 16 36 6 5-5 8-8 12-10" />
      <circle className="mark-on" cx="74" cy="30" r="2.2" />
      <path className="mark-cord thick" d="m121 27 6-3.4" />
    </svg>
  );
}
