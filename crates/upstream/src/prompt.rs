//! Finds the newest message inside a prompt. Owns that guess, because a prompt carries older messages as quoted text and
//! what they said once must not steer the answer again.

/// The line that leads from the quoted history to the message to answer, by what such lines have in common.
const LEADS_TO_THE_NEWEST: &str = "new message";

/// The part of a prompt that wants an answer: what follows the last line that announces it, or else all of it.
pub(crate) fn newest(prompt: &str) -> &str {
    let mut from = 0;
    let mut at = 0;
    for line in prompt.split_inclusive('\n') {
        at += line.len();
        if line.to_lowercase().contains(LEADS_TO_THE_NEWEST) && at < prompt.trim_end().len() {
            from = at;
        }
    }
    &prompt[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_last_announcement_is_the_newest_message() {
        assert_eq!(
            newest("History:\nAnn: old\nNew message from Bob:\nwhat is 2+2?\n"),
            "what is 2+2?\n"
        );
        assert_eq!(newest("just a question"), "just a question");
        assert_eq!(newest("a new message"), "a new message");
    }
}
