/** LaTeX to MathML. Loaded with the first formula. Owns what of the library's result is let in: MathML without addresses. */
import temml from "temml";
import "temml/dist/Temml-Local.css";

const MATHML = "http://www.w3.org/1998/Math/MathML";

interface Drawable { toNode(): Node }

/** Null where the source is no formula; then the source itself is shown. */
export function mathOf(source: string, display: boolean): Element | null {
  try {
    const tree = temml.__renderToMathMLTree(source, { displayMode: display, throwOnError: true, trust: false, strict: false, maxExpand: 500, maxSize: [20, 20], wrap: display ? "tex" : "none" }) as Drawable;
    const node = tree.toNode();
    return node instanceof Element && harmless(node) ? node : null;
  } catch {
    return null;
  }
}

function harmless(root: Element): boolean {
  for (const element of [root, ...root.querySelectorAll("*")]) {
    if (element.namespaceURI !== MATHML) return false;
    for (const { name } of element.attributes) if (/^on|href|src|action/i.test(name)) return false;
  }
  return true;
}
