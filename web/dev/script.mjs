// What the mock's assistant does for a question. Each step is an item, a wait or a failure; words in the question pick the story.

const answer = `The timing fits, and the diff shows how. Since 11:14 each request carries the tool catalogue **twice**: once in \`tools\`, and again inside every search result that is copied back into history:

\`\`\`rust
// tool-search.diff, line 88
history.push(Item::ToolSearch { found, catalogue: tools.clone() });
\`\`\`

| Route | Before | After | Body, median |
| --- | ---: | ---: | ---: |
| \`/v1/messages\` | 312 ms | 655 ms | 51 → 212 kB |
| \`/v1/models\` | 24 ms | 23 ms | 2 kB |

That alone takes a median body from 51 to about 210 kB. Größe zählt, 日本語も 👩‍💻. Two things to check:

1. whether the catalogue is added once or once per turn of history,
2. what [the notes](https://example.org/notes) say about it.
`;

const think = { item: { kind: "reasoning", text: "The table says only one route changed, so compare what that route carries. The diff adds a catalogue to the request; check whether it is added once or once per turn of history." }, piece: 24, hold: 300 };
const read = { item: { kind: "command", command: "rg -n \"retry.after\" crates/", cwd: "/work", text: "crates/gateway/src/convert/error.rs:63:    if let Some(wait) = upstream.header(\"retry-after\") {\ncrates/gateway/src/upstream.rs:141:    // TODO: retry-after\n" }, piece: 60, end: { exit_code: 0 } };
const tests = { item: { kind: "command", command: "cargo test -p switchboard-gateway error", cwd: "/work", text: "running 14 tests\ntest convert::error::busy_names_a_wait ... ok\ntest convert::error::date_in_the_past_is_zero ... FAILED\n" }, piece: 20, hold: 500, status: "failed", end: { exit_code: 101 } };
const detail = "ERROR codex_core::auth: failed to refresh token: 401 Unauthorized\nYour session has ended. Run codex login to sign in again.";

export function script(question) {
  const fail = (code, message, hint, retry_at = null) => ({ wait: 400, fail: { code, message, hint, detail: retry_at ? null : detail, retry_at } });
  if (/2\s*\+\s*2/.test(question)) return [{ wait: 300 }, { item: { kind: "text", text: "2 + 2 is **4**." } }];
  if (/sign/.test(question)) return [fail("not_signed_in", "codex has no login that works: the refresh token was used before", "run `codex login` on the server, then retry")];
  if (/limit/.test(question)) return [{ item: { kind: "text", text: "Before the limit was reached I had found one route." } }, fail("rate_limited", "the 5-hour limit of this plan is used up", null, Date.now() + 13_080_000)];
  if (/crash/.test(question)) return [think, { item: { kind: "text", text: "I was in the middle of" } }, fail("crashed", "codex exited with code 134", "retry; if it happens again, run `switchboard doctor`")];
  if (/long/.test(question)) return [think, read, { item: { kind: "text", text: answer.repeat(6) }, pace: 30 }];
  return [think, read, tests, { item: { kind: "text", text: answer } }];
}
