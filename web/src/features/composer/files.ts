/** What may come with a message, told before it is sent. Pure; the server decides. */
import type { Assistant, Attachment, Id, Model } from "../../api/types";
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

/** An assistant with the model that would read for it, where it has models. */
export type Reader = Pick<Assistant, "handle"> & { id?: Id; accepts?: string[]; model?: Pick<Model, "name" | "inputs"> };

/** The first that is asked and cannot read this file: `@chatgpt does not take PDFs`, `Mini does not take images`. */
export function unsupported({ kind }: Pick<Attachment, "kind">, asked: Reader[]): string | null {
  for (const { handle, accepts, model } of asked) {
    if (accepts && !accepts.includes(kind)) return `@${handle} does not take ${kinds[kind]}`;
    // A model that says nothing of what it takes is not held to it.
    if (kind === "image" && model?.inputs.length && !model.inputs.includes("image")) return `${model.name} does not take images`;
  }
  return null;
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
