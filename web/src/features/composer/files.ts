/** What may come with a message, told before it is sent. Pure; the server decides. */
import type { Assistant, Attachment } from "../../api/types";
import type { Upload } from "../../state/model";
import { bytes } from "../../state/words";

export const FILE_LIMIT = 10 * 1024 * 1024;
export const MESSAGE_LIMIT = 25 * 1024 * 1024;
export const FILES_LIMIT = 10;

/** Why a file cannot come along, beside those that are there already; null when it can. */
export function refusal(file: { size: number }, there: Pick<Upload, "size" | "state">[]): string | null {
  const counted = there.filter((one) => one.state !== "failed");
  if (file.size === 0) return "empty: there is nothing in it";
  if (file.size > FILE_LIMIT) return `too large: ${bytes(file.size)}, at most ${bytes(FILE_LIMIT)}`;
  if (counted.length >= FILES_LIMIT) return `too many: at most ${FILES_LIMIT} files with one message`;
  const whole = counted.reduce((sum, one) => sum + one.size, file.size);
  if (whole > MESSAGE_LIMIT) return `too much: ${bytes(whole)} with one message, at most ${bytes(MESSAGE_LIMIT)}`;
  return null;
}

const kinds: Record<Attachment["kind"], string> = { image: "images", text: "text files", pdf: "PDFs" };

/** The first assistant asked that cannot read this file: `@chatgpt does not take PDFs`. */
export function unsupported(attachment: Pick<Attachment, "kind">, asked: (Pick<Assistant, "handle"> & { accepts?: string[] })[]): string | null {
  const stuck = asked.find((one) => one.accepts && !one.accepts.includes(attachment.kind));
  return stuck ? `@${stuck.handle} does not take ${kinds[attachment.kind]}` : null;
}

/** From here on a pasted text reads better as a file. */
const LONG_CHARS = 4000;
const LONG_LINES = 80;
export const isLong = (text: string) => text.length > LONG_CHARS || text.split("\n", LONG_LINES + 1).length > LONG_LINES;

/** A picture from the clipboard is always called the same; the moment tells two apart. */
export function named(file: File, at: Date): File {
  if (file.name !== "image.png") return file;
  const two = (n: number) => String(n).padStart(2, "0");
  return new File([file], `pasted-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}.png`, { type: file.type });
}
