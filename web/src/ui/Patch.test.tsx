import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Patch } from "./Patch";

const diff = "@@ -1 +1 @@\n-one\n+two\n";

test("a patch names its file and shows its lines; folded it shows its name only", () => {
  const open = renderToStaticMarkup(<Patch path="a.rs" change="update" diff={diff} />);
  expect(open).toContain("+1");
  expect(open).toContain('class="add"');
  const folded = renderToStaticMarkup(<Patch path="a.rs" change="update" diff={diff} folded />);
  expect(folded).not.toContain('class="add"');
  expect(folded).toContain('aria-expanded="false"');
});

test("a long diff is folded by its hunks, whose lines are drawn when they are opened", () => {
  const html = renderToStaticMarkup(<Patch path="a.rs" change="update" diff={`@@ -0,0 +1,500 @@ fn long\n${"+x\n".repeat(500)}`} />);
  expect(html).toContain("fn long");
  expect(html).toContain("500 lines");
  expect(html).not.toContain('class="add"');
});
