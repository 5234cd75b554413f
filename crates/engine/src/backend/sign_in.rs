//! Signing in, at a vendor's or to an MCP server, as a backend leads through it. Owns its ways and where it stands; never
//! holds what was signed in with.

use switchboard_model::{Millis, outcome::Failure};

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInWay {
    /// In a browser on the server's machine, or by pasting where it ended up.
    Browser,
    /// With a code that is typed in a browser anywhere.
    Device,
    /// With an API key.
    ApiKey,
}

/// Where a sign-in stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Which way.
    pub way: SignInWay,
    /// Where it stands.
    pub state: SignInState,
    /// What to open in a browser.
    pub url: Option<String>,
    /// What to type there.
    pub code: Option<String>,
    /// When it is given up.
    pub expires_at: Option<Millis>,
}

/// Where a sign-in stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInState {
    /// The program is asked.
    Starting,
    /// It waits for the person.
    Waiting,
    /// It is done.
    Done,
    /// It is not, and why.
    Failed(Failure),
    /// A person took it back.
    Cancelled,
    /// Nobody finished it in time.
    Expired,
}

/// A step of signing in to an MCP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolSignIn {
    /// Begin; an earlier try is taken back.
    Begin,
    /// Say where it stands.
    Look,
    /// Hand over where the browser ended up.
    Paste(String),
    /// Take it back.
    Cancel,
}
