/** Questions with choices, answered all at once. Free text is sent as it was typed; a secret is masked. */
import { useId, useImperativeHandle, useRef, useState } from "react";
import type { Asked } from "./body";
import { Exact } from "./Exact";
import type { InsideRef } from "./handle";

/** What is chosen; `null` is the text of one's own. */
interface Given { choice: string | null | undefined; text: string }
const nothing: Given = { choice: undefined, text: "" };

/** A question without choices has only its text. */
const onlyText = (one: Asked) => one.options.length === 0;

function answerOf(one: Asked, given: Given): string | null {
  if (onlyText(one) || given.choice === null) return given.text.trim() ? given.text : null;
  return given.choice ?? null;
}

export function QuestionForm({ questions, inside }: { questions: Asked[]; inside: InsideRef }) {
  const [given, setGiven] = useState<Record<string, Given>>({});
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const of = (one: Asked) => given[one.id] ?? nothing;
  const set = (one: Asked, change: Partial<Given>) => setGiven((now) => ({ ...now, [one.id]: { ...(now[one.id] ?? nothing), ...change } }));

  useImperativeHandle(inside, () => ({
    collect: () => {
      const missing = questions.findIndex((one) => answerOf(one, of(one)) === null);
      setTried(true);
      if (missing >= 0) {
        form.current?.querySelectorAll("fieldset")[missing]?.querySelector("input")?.focus();
        return { ok: false };
      }
      return { ok: true, content: { answers: Object.fromEntries(questions.map((one) => [one.id, [answerOf(one, of(one))]])) } };
    },
    choose: (number) => {
      // The one whose choices have the focus, else the first that is not answered.
      const focused = [...form.current?.querySelectorAll("fieldset") ?? []].findIndex((set) => set.contains(document.activeElement));
      const one = questions[focused] ?? questions.find((each) => answerOf(each, of(each)) === null) ?? questions[0];
      if (!one) return false;
      const option = one.options[number - 1];
      if (option) set(one, { choice: option.label });
      else if (one.other && !onlyText(one) && number === one.options.length + 1) {
        set(one, { choice: null });
        requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(`[data-text="${CSS.escape(one.id)}"]`)?.focus());
      } else return false;
      return true;
    },
  }), [questions, given]);

  return (
    <form ref={form} className="answers" onSubmit={(event) => event.preventDefault()}>
      {questions.map((one, at) => {
        const now = of(one);
        const missing = tried && answerOf(one, now) === null;
        const said = `${id}-${at}`;
        const words = (label: string) => (
          <span className={missing ? "field bad" : "field"}>
            <input data-text={one.id} type={one.secret ? "password" : "text"} autoComplete="off" autoCapitalize="off" spellCheck={!one.secret} dir="auto"
              aria-label={label} aria-invalid={missing || undefined} aria-describedby={missing ? said : undefined} value={now.text}
              onChange={(event) => set(one, onlyText(one) ? { text: event.target.value } : { text: event.target.value, choice: null })} />
          </span>
        );
        return (
          <fieldset key={one.id} className="q" aria-describedby={missing ? said : undefined}>
            <legend>{questions.length > 1 && one.header ? <span className="tag">{one.header}</span> : null}<Exact text={one.question || one.header} /></legend>
            {one.options.map((option, index) => (
              <label key={option.label} className="opt">
                <input type="radio" name={`${id}-${at}`} checked={now.choice === option.label} onChange={() => set(one, { choice: option.label })} />
                <span><Exact text={option.label} />{option.description ? <span className="hint"><Exact text={option.description} /></span> : null}</span>
                {index < 9 ? <kbd aria-hidden="true">{index + 1}</kbd> : null}
              </label>
            ))}
            {onlyText(one) ? words(one.question || one.header) : one.other ? (
              <>
                <label className="opt">
                  <input type="radio" name={`${id}-${at}`} checked={now.choice === null} onChange={() => set(one, { choice: null })} />
                  <span>Something else</span>
                  {one.options.length < 9 ? <kbd aria-hidden="true">{one.options.length + 1}</kbd> : null}
                </label>
                {now.choice === null ? words("Something else") : null}
              </>
            ) : null}
            {one.secret ? <p className="hint">Masked here, and given to the assistant as it is.</p> : null}
            {missing ? <p id={said} className="error-line" role="alert">{onlyText(one) ? "Write an answer" : "Choose one"}</p> : null}
          </fieldset>
        );
      })}
    </form>
  );
}
