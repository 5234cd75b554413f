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
//! # Two host names on purpose
//! [`Running::backend_url`] says `localhost` and [`Running::responses_url`] says `127.0.0.1`. The CLI asks the backend
//! for the workspace's own origin, which must be HTTPS, and sends model requests there *if both base URLs share one
//! origin*. With two names the model requests stay here.
//!
//! # Scripting by prompt
//! Lines of the newest user message that start with `mock:` say what the model does. Each line answers one model
//! request of the turn: the second line answers what follows the tool calls of the first. Without a second line the
//! turn ends with the text `ok`. Steps of a line are separated by ` ; `.
//!
//! | step | what the model does |
//! | --- | --- |
//! | `text "done"` | says it, in one message |
//! | `reason "look"` | thinks it, as a reasoning summary |
//! | `shell "ls"`, `shell "ls" escalate=1` | calls the shell tool; escalated asks to leave the sandbox |
//! | `shell "ls FOLDER"` | Google's: calls the tool that lists a folder |
//! | `type "..." 30ms` | says that text a few letters at a time, 30 ms apart |
//! | `slow 40 chunks 50ms` | says a message in 40 chunks, 50 ms apart |
//! | `flood 1000000` | says a message of that many bytes, as fast as it is read |
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
//! A prompt without such a line is answered by the [`Persona`].

mod account;
pub mod auth;
mod events;
mod gates;
mod gemini;
mod models;
mod persona;
mod play;
mod prompt;
mod record;
mod responses;
mod script;
mod server;
mod shared;
mod socket;
mod wire;

pub use record::{Seen, Via};
pub use server::{Options, Running, Upstream};
pub use shared::{Persona, Transport};
