/** A form as a server describes it. Owns what stands in its fields until the answer goes. */
import { useId, useImperativeHandle, useMemo, useRef, useState } from "react";
import { Field } from "../../ui/Field";
import type { InsideRef } from "./handle";
import { contentOf, type FormField, fieldsOf, startOf, type Value, type Values, wrongWith } from "./schema";

export function SchemaForm({ schema, inside }: { schema: unknown; inside: InsideRef }) {
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const [values, setValues] = useState<Values>(() => startOf(fields));
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useImperativeHandle(inside, () => ({
    collect: () => {
      const wrong = fields.findIndex((field) => wrongWith(field, values[field.name]) !== null);
      setTried(true);
      if (wrong >= 0) {
        form.current?.querySelectorAll<HTMLElement>("[data-field]")[wrong]?.querySelector<HTMLElement>("input, select")?.focus();
        return { ok: false };
      }
      return { ok: true, content: contentOf(fields, values) };
    },
  }), [fields, values]);
  const set = (field: FormField, value: Value) => setValues((now) => ({ ...now, [field.name]: value }));
  return (
    <form ref={form} className="answers" onSubmit={(event) => event.preventDefault()}>
      {fields.map((field) => (
        <div key={field.name} data-field>
          <One field={field} value={values[field.name]} wrong={tried ? wrongWith(field, values[field.name]) : null} set={(value) => set(field, value)} />
        </div>
      ))}
    </form>
  );
}

const kinds: Record<string, string> = { email: "email", uri: "url", date: "date", "date-time": "datetime-local" };

interface OneProps { field: FormField; value: Value | undefined; wrong: string | null; set: (value: Value) => void }

function One({ field, value, wrong, set }: OneProps) {
  const id = useId();
  const label = field.required || field.type === "boolean" ? field.label : `${field.label} (optional)`;
  const said = wrong ?? field.hint;
  if (field.type === "boolean") {
    return (
      <label className="opt">
        <input type="checkbox" checked={value === true} onChange={(event) => set(event.target.checked)} />
        <span>{label}{field.hint ? <span className="hint">{field.hint}</span> : null}</span>
      </label>
    );
  }
  if (field.type === "many") {
    const chosen = Array.isArray(value) ? value : [];
    return (
      <fieldset className="q" aria-describedby={said ? `${id}-said` : undefined}>
        <legend>{label}</legend>
        {field.choices.map((choice) => (
          <label key={choice.value} className="opt">
            <input type="checkbox" checked={chosen.includes(choice.value)} onChange={(event) => set(event.target.checked ? [...chosen, choice.value] : chosen.filter((one) => one !== choice.value))} />
            <span>{choice.label}</span>
          </label>
        ))}
        {said ? <p id={`${id}-said`} className={wrong ? "error-line" : "hint"}>{said}</p> : null}
      </fieldset>
    );
  }
  const text = typeof value === "string" ? value : "";
  if (field.type === "choice") {
    return (
      <div className="labelled">
        <label htmlFor={id}>{label}</label>
        <div className={wrong ? "field bad" : "field"}>
          <select id={id} value={text} aria-invalid={wrong ? true : undefined} aria-describedby={said ? `${id}-said` : undefined} onChange={(event) => set(event.target.value)}>
            <option value="">{field.required ? "Choose" : "None"}</option>
            {field.choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.label}</option>)}
          </select>
        </div>
        {said ? <p id={`${id}-said`} className={wrong ? "error-line" : "hint"}>{said}</p> : null}
      </div>
    );
  }
  const numeric = field.type === "number" || field.type === "integer";
  // A date and a time are typed as text: what the browser's own field gives back is another format than the schema's.
  const type = field.format === "date-time" ? "text" : kinds[field.format] ?? "text";
  return (
    <Field label={label} hint={field.hint || undefined} wrong={wrong} type={numeric ? "text" : type} inputMode={field.type === "integer" ? "numeric" : numeric ? "decimal" : undefined}
      autoComplete="off" value={text} aria-required={field.required} onChange={(event) => set(event.target.value)} />
  );
}
