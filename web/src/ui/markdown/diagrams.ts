/**
 * Diagrams drawn elsewhere: hands their source to the workshop, a document without an origin in a frame nobody sees, and gets
 * a picture back. Owns the frame and the pictures; a picture is shown as an image, which runs nothing and asks for nothing.
 */

export type Drawn = { is: "picture"; url: string; width: number; height: number } | { is: "refused"; why: string };

const WORKSHOP = "/diagram.html";
/** The first one has to load the library; a diagram that takes longer than this never ends. */
const PATIENCE_MS = 20_000;
const HELD = 60;
const LARGEST = 8_000;

const held = new Map<string, Promise<Drawn>>();
let workshop: Promise<HTMLIFrameElement> | null = null;
let counted = 0;

/** The same source in the same colours is drawn once. */
export function drawDiagram(source: string): Promise<Drawn> {
  const theme = colours();
  const key = `${theme["background"]}\n${source}`;
  const known = held.get(key);
  if (known) return known;
  const drawn = ask(source, theme).catch((error: unknown): Drawn => {
    // Whatever it hangs in ends with its frame; the next diagram gets a new one.
    closeWorkshop();
    held.delete(key);
    return { is: "refused", why: error instanceof Error ? error.message : String(error) };
  });
  held.set(key, drawn);
  const [eldest] = held.keys();
  if (held.size > HELD && eldest !== undefined) {
    void held.get(eldest)?.then((one) => one.is === "picture" && URL.revokeObjectURL(one.url));
    held.delete(eldest);
  }
  return drawn;
}

async function ask(source: string, theme: Record<string, string>): Promise<Drawn> {
  const frame = await openWorkshop();
  const id = ++counted;
  const said = heardFrom(frame, (data) => data["id"] === id);
  frame.contentWindow?.postMessage({ id, source, theme }, "*");
  const { svg, width, height, error } = await said;
  if (typeof svg !== "string" || typeof width !== "number" || typeof height !== "number") {
    return { is: "refused", why: typeof error === "string" ? error : "nothing was drawn" };
  }
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  return { is: "picture", url, width: Math.min(LARGEST, width), height: Math.min(LARGEST, height) };
}

function openWorkshop(): Promise<HTMLIFrameElement> {
  workshop ??= (async () => {
    const frame = document.createElement("iframe");
    frame.className = "workshop";
    frame.sandbox.add("allow-scripts");
    frame.referrerPolicy = "no-referrer";
    frame.tabIndex = -1;
    frame.ariaHidden = "true";
    frame.title = "Draws diagrams";
    frame.src = WORKSHOP;
    document.body.append(frame);
    await heardFrom(frame, (data) => data["ready"] === true);
    return frame;
  })();
  return workshop;
}

function closeWorkshop() {
  workshop = null;
  for (const frame of document.querySelectorAll("iframe.workshop")) frame.remove();
}

/** The next message of that very frame that fits. Everything in it is foreign and checked by whoever uses it. */
function heardFrom(frame: HTMLIFrameElement, fits: (data: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      removeEventListener("message", hear);
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error("it took too long"));
    }, PATIENCE_MS);
    const hear = (event: MessageEvent) => {
      if (event.source !== frame.contentWindow || typeof event.data !== "object" || event.data === null) return;
      const data = event.data as Record<string, unknown>;
      if (!fits(data)) return;
      stop();
      resolve(data);
    };
    addEventListener("message", hear);
  });
}

/** The colours of the page as it is now, under the names that the library uses. */
function colours(): Record<string, string> {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const [fg, line, raised, sunk, soft] = ["fg", "line-strong", "bg-raised", "bg-sunk", "accent-soft"].map(token) as [string, string, string, string, string];
  return {
    fontFamily: token("sans"), fontSize: "14px", background: token("bg-code"), darkMode: style.colorScheme === "dark" ? "true" : "",
    primaryColor: raised, primaryTextColor: fg, primaryBorderColor: line, lineColor: token("fg-3"), textColor: fg, titleColor: fg,
    secondaryColor: soft, secondaryTextColor: fg, secondaryBorderColor: token("accent-line"),
    tertiaryColor: sunk, tertiaryTextColor: fg, tertiaryBorderColor: line,
    noteBkgColor: token("needs-soft"), noteTextColor: fg, noteBorderColor: token("needs-line"),
    mainBkg: raised, nodeBorder: line, clusterBkg: sunk, clusterBorder: line, edgeLabelBackground: token("bg-code"),
    actorBkg: raised, actorBorder: line, actorTextColor: fg, actorLineColor: line, signalColor: token("fg-2"), signalTextColor: fg,
    labelBoxBkgColor: sunk, labelBoxBorderColor: line, labelTextColor: fg, loopTextColor: fg, activationBkgColor: soft, activationBorderColor: token("accent-line"),
    errorBkgColor: token("bad-soft"), errorTextColor: token("bad-text"),
  };
}
