//! Mentions: finds @names in a text. The only parser; the page asks the server instead of guessing.

/// A name found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Lower case, without the `@`; `vendor/slug` if scoped.
    pub handle: String,
    /// Where the `@` is, in bytes.
    pub offset: usize,
    /// How long it is with the `@`, in bytes.
    pub length: usize,
}
