//! Who may call us. The only crate that sees secrets: it makes them, hands each out once, and keeps
//! only its hash; the store never learns more than that.
//!
//! [`Identity`] is the door: sign-in links, sessions of browsers, API tokens of programs. [`Secret`]
//! carries a secret without letting it slip into a log; [`redact`] takes slips of others out of text
//! that we are about to keep. What a caller may do once known is decided in the model, not here.

mod identity;
mod redact;
mod secret;
mod throttle;

pub use identity::{
    Caller, INVITATION_LIFETIME, Identity, Invite, InviteError, LINK_LIFETIME, Link,
    SESSION_LIFETIME, SignInError, SignedIn, TokenError, Via,
};
pub use redact::redact;
pub use secret::{ClientPair, Hash, Secret, make_client_pair};
