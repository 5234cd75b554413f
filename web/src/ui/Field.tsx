/** A labelled line to write in. Owns how its label, its hint and what is wrong with it belong together. */
import { type InputHTMLAttributes, type ReactNode, useId } from "react";

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  /** What is wrong with what stands in it. */
  wrong?: string | null;
  /** Exact text before what is written, such as the @ of a handle. */
  before?: string;
}

export function Field({ label, hint, wrong, before, ...input }: FieldProps) {
  const id = useId();
  const said = wrong ?? hint;
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <div className={wrong ? "field bad" : "field"}>
        {before ? <span className="dim" aria-hidden="true">{before}</span> : null}
        <input {...input} id={id} aria-invalid={wrong ? true : undefined} aria-describedby={said ? `${id}-said` : undefined} />
      </div>
      {said ? <p id={`${id}-said`} className={wrong ? "error-line" : "hint"}>{said}</p> : null}
    </div>
  );
}
