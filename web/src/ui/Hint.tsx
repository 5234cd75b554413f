/** A sentence of the server in which what stands between backticks is exact: drawn as code, never as Markdown. */
import { Fragment } from "react";

export function Hint({ text }: { text: string }) {
  return <>{text.split(/`([^`]+)`/).map((piece, at) => (at % 2 ? <code key={at}>{piece}</code> : <Fragment key={at}>{piece}</Fragment>))}</>;
}
