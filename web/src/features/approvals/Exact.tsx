/** Exact text: every character as it came, and those that are not seen as marks that are. */
import { exactPieces } from "./exact";

/** `code` is read from left to right whatever stands in it. */
export function Exact({ text, code = false }: { text: string; code?: boolean }) {
  return <bdi className={code ? "exact-text is-code" : "exact-text"} dir={code ? "ltr" : "auto"}>{exactPieces(text).map((piece, at) => (piece.isMark ? <mark key={at} className="unseen">{piece.text}</mark> : piece.text))}</bdi>;
}
