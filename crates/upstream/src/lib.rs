//! The scripted upstream: stands in for OpenAI's paid servers, as the Codex CLI sees them in ChatGPT-plan mode, and for
//! Google's, as the Gemini CLI sees them with an API key.
//!
//! It is what `switchboard serve --demo` and the tests talk to. It owns the wires of these outside services and nothing
//! else: it imports none of our crates, stores nothing and never calls anybody.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use switchboard_upstream::{Options, Upstream, auth};
//!
//! let up = Upstream::start(Options::for_tests()).await?;
//! let login = auth::fake_login(); //                 the contents of an auth.json
//! let config = format!(
//!     "chatgpt_base_url = \"{}\"\nopenai_base_url = \"{}\"\n",
//!     up.backend_url(),
//!     up.responses_url(),
//! );
//! // ... run the Codex CLI with both, then look at what it asked:
//! let asked = up.model_request(0).await;
//! assert_eq!(asked.count("the question"), 1);
//! up.stop().await;
//! # drop((login, config));
//! # Ok(())
//! # }
//! ```
//!
//! # Google's side
//! [`Running::gemini_url`] is `GOOGLE_GEMINI_BASE_URL`. A request without a key is refused, and so is every key after
//! [`Running::refuse_login`]. What was asked is remembered in the same shape as OpenAI's requests.
//!
//! # Signing in
//! [`Running::origin`] is `CODEX_APP_SERVER_LOGIN_ISSUER`. Whoever opens the address of a login agrees at once, unless
//! [`Running::deny_sign_in`] was called. A device waits until [`Running::approve_device`] or [`Running::deny_device`], or
//! until a person types its code in at `/codex/device`.
//!
//! # Without a port
//! [`Inside`] answers in the process that made it, over connections that are no sockets.
//!
//! # Two host names on purpose
//! [`Running::backend_url`] says `localhost` and [`Running::responses_url`] says `127.0.0.1`. The CLI asks the backend
//! for the workspace's own origin, which must be HTTPS, and sends model requests there *if both base URLs share one
//! origin*. With two names the model requests stay here.
//!
//! # Scripting by prompt
//! Lines of the newest user message that start with `mock:` say what the model does. Each line answers one model
//! request of the turn: the second line answers what follows the tool calls of the first, as soon as all have returned. Without a second line the
//! turn ends with the text `ok`. Steps of a line are separated by ` ; `.
//!
//! | step | what the model does |
//! | --- | --- |
//! | `text "done"` | says it, in one message |
//! | `reason "look"`, `reason "look" parts=2 every=20ms` | thinks it, as a reasoning summary of so many parts, word by word |
//! | `text "so far" phase=commentary` | says what it is for, too: `commentary` or `final_answer` |
//! | `proposal "# Plan" every=20ms` | proposes a plan, as it is asked to in plan mode |
//! | `think "hm"` | thinks as with `reason`, told as it was thought and not as a summary |
//! | `search "words"`, `search open=URL`, `search open=URL find="words"` | looks at the web, as the provider lets it |
//! | `shell "ls FOLDER"` | Google's: calls the tool that lists a folder |
//! | `type "..." 30ms` | says that text a few letters at a time, 30 ms apart |
//! | `slow 40 chunks 50ms` | says a message in 40 chunks, 50 ms apart |
//! | `flood 1000000` | says a message of that many bytes, as fast as it is read |
//! | `deltas 5000 every=1ms size=20` | says a message in 5000 pieces of that many bytes |
//! | `clock 100 every=20ms` | says what time it is, 100 times: nanoseconds since 1970, each read as it leaves |
//! | `usage in=1000 cached=800 out=50 reasoning=20` | counts so many tokens, where they are not to be reckoned |
//! | `wait 200ms` | pauses |
//! | `gate NAME`, `gate forever` | waits until [`Running::open`] is called with that name; `forever` never opens |
//! | `status 500`, `status 429 resets_in=3600` | refuses with that status; 429 with a reset is a plan's usage limit |
//! | `cut`, `cut after=3` | drops the connection, after that many chunks of a message |
//! | `empty` | completes without any output |
//! | `incomplete` | ends because the longest answer is reached: `response.incomplete`, `MAX_TOKENS` |
//! | `unfinished` | ends the stream without the word that it is the end |
//! | `fail context_length_exceeded` | ends as `response.failed` with that code |
//! | `fail SAFETY`, `fail blocked` | Google's: ends with that `finishReason`, or with a blocked prompt |
//!
//! `status`, `cut` and `fail` take `times=N`: they happen the first N times and are skipped afterwards, which is how a
//! retry that succeeds is told. A line that cannot be read is answered with a text that says why.
//!
//! Steps that call a tool. Several of one line are made at once. A model that is offered the `exec` tool, as one in code
//! mode is, makes them from one program, but for those that are offered beside it:
//!
//! | step | what the model calls |
//! | --- | --- |
//! | `shell "ls"` | a command |
//! | `shell "touch f" escalate=1 reason="why" prefix="touch,f"` | one that asks to leave the sandbox, and to be allowed from now on |
//! | `shell "touch /p/f" write=/p read=/q network=1` | one that asks for more within the sandbox |
//! | `shell "make" yield=250 tty=1` | one that returns after so many milliseconds, on a terminal |
//! | `patch add PATH "content"` | a patch; `update PATH "old" "new" to=PATH`, `delete PATH`, several with a bar between |
//! | `patch raw "*** Begin Patch..."` | a patch that is given word by word |
//! | `plan "one" "two" "three" done=1 doing=1 why="because"` | the plan, of which so many steps are done and being done |
//! | `ask ID "Which?" options="Red=warm,Green" header=Color secret=1` | questions, several with a bar between |
//! | `permissions network=1 read=/p write=/q reason="why"` | a wish for more permissions |
//! | `mcp SERVER TOOL {"some": "json"}` | a tool of an MCP server |
//! | `image PATH` | a look at a picture |
//! | `stdin "yes\n"` | what is typed into the newest command that still runs |
//! | `js "text(1)"` | a program, in code mode |
//! | `call NAME {"some": "json"}` | any other tool; `call SPACE.NAME` one in a namespace |
//!
//! The CLI of today asks only questions that have options, and lets the person answer something else to each. A plan, a
//! question outside plan mode and a wish for permissions have to be switched on in its configuration.
//!
//! A prompt without such a line is answered by the [`Persona`]. What the CLI asks besides the prompt is answered by itself:
//! a conversation is made short, and a program of code mode that goes on is waited for. A model that is neither in the
//! catalogue nor one that the CLI chooses without it is refused.

mod account;
pub mod auth;
mod call;
mod events;
mod gates;
mod gemini;
mod inside;
mod issuer;
mod models;
mod persona;
mod play;
mod prompt;
mod record;
mod responses;
mod script;
mod seen;
mod server;
mod shared;
mod socket;
mod tools;
mod wire;

pub use inside::Inside;
pub use seen::{Seen, Via};
pub use server::{Options, Running, Upstream};
pub use shared::{Persona, Transport};
