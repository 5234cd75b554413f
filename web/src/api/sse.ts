/** Text of an event stream to frames. Pure; knows neither the network nor what the events mean. */
import type { Frame } from "./types";

export interface Parsed { frames: Frame[]; alive: boolean }

/**
 * Takes the stream in pieces of any size and gives back the frames that became complete. `alive` is true whenever
 * anything came, comments included: they are the server's heartbeat.
 */
export class SseParser {
  #rest = "";
  #id: string | undefined;
  #event = "";
  #data: string[] = [];

  push(text: string): Parsed {
    this.#rest += text;
    const frames: Frame[] = [];
    // A lone CR at the very end may be the first half of a CRLF, so it waits for what follows.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const frame = this.#line(line);
      if (frame) frames.push(frame);
    }
    return { frames, alive: text.length > 0 };
  }

  #line(line: string): Frame | null {
    if (line === "") {
      const frame = this.#data.length ? { id: this.#id, event: this.#event || "message", data: this.#data.join("\n") } : null;
      this.#id = undefined;
      this.#event = "";
      this.#data = [];
      return frame;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }
}
