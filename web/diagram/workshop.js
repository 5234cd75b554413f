/**
 * Turns the source of a diagram into a picture, in a document without an origin of its own: what the source may do there
 * reaches nobody. Owns the two messages: `{id, source, theme}` comes in, `{id, svg, width, height}` or `{id, error}` goes out.
 * The library is put in front of this file when the page is packed.
 */
(() => {
  /* global mermaid */
  // The library measures labels as HTML before it cleans them. The policy refuses what would run or load; this keeps it from asking.
  const spoken = (source) => source.replace(/(?<!<)<(?!br\s*\/?>)(?=[a-z!/?])/gi, "#lt;");
  const work = async ({ source, theme }) => {
    mermaid.initialize({
      startOnLoad: false, securityLevel: "strict", secure: ["secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "suppressErrorRendering", "htmlLabels", "themeCSS"],
      suppressErrorRendering: true, maxTextSize: 20_000, maxEdges: 300, htmlLabels: false,
      theme: "base", themeVariables: theme, fontFamily: theme.fontFamily, flowchart: { htmlLabels: false },
    });
    const { svg } = await mermaid.render("diagram", spoken(source));
    const holder = document.createElement("div");
    holder.innerHTML = svg;
    const picture = holder.querySelector("svg");
    const [, , width = 0, height = 0] = (picture?.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
    if (!picture || !(width > 0) || !(height > 0)) throw new Error("nothing was drawn");
    picture.setAttribute("width", String(Math.ceil(width)));
    picture.setAttribute("height", String(Math.ceil(height)));
    picture.style.maxWidth = "";
    // As a file of its own it has to be XML.
    return { svg: new XMLSerializer().serializeToString(picture), width: Math.ceil(width), height: Math.ceil(height) };
  };
  // One after another: the library draws in the document and knows one diagram at a time.
  let before = Promise.resolve();
  addEventListener("message", (event) => {
    if (event.source !== parent || typeof event.data?.source !== "string") return;
    const { id } = event.data;
    before = before.then(() => work(event.data)).then(
      (drawn) => parent.postMessage({ id, ...drawn }, "*"),
      (error) => parent.postMessage({ id, error: String(error?.message ?? error).slice(0, 500) }, "*"),
    );
  });
  parent.postMessage({ ready: true }, "*");
})();
