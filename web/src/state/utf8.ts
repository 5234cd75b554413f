/** Lengths and cuts in UTF-8 bytes, the measure of the wire, of texts that the browser keeps in UTF-16. Pure. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function utf8Length(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && at + 1 < text.length) {
      bytes += 4;
      at += 1;
    } else bytes += 3;
  }
  return bytes;
}

/** The text without its first `bytes` bytes. The cut must fall between characters, as every offset of the wire does. */
export function utf8Skip(text: string, bytes: number): string {
  return bytes === 0 ? text : decoder.decode(encoder.encode(text).subarray(bytes));
}
