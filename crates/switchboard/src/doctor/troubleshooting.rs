//! The troubleshooting page of the documentation, made of the codes themselves, so that it can neither lack
//! one nor disagree with what people see.

use std::fmt::Write as _;

use switchboard_model::outcome::OutcomeCode;
use switchboard_server::CheckGroup;

use super::codes::{Code, Known};

const HEAD: &str = "\
<!-- Written by `cargo xtask gen` from the codes in the program. Edit those, not this file. -->

# Troubleshooting

Every failure has a code, a sentence and a remedy: on the card in the thread, in the API, and in `switchboard doctor`. Start
with the doctor: it looks at everything that a turn needs and says how to fix what is missing.

```sh
switchboard doctor          # for people
switchboard doctor --json   # for programs; the same as GET /api/doctor
```

It changes nothing, works before the first start and beside a running server, and ends with exit code 1 if something that is
switched on cannot do its work. Settings > Health shows the same to admins.

";

const TURNS: &str = "\
## A turn failed

The card of a failed turn names one of these. What it shows may be more precise than this table; it knows which program it was.

| code | what happened | what to do |
| --- | --- | --- |
";

const CHECKS: &str = "
## A check of the doctor is not well

A check is **ok**, a **warning** (worth knowing; everything works), **failed** (something that is switched on cannot do its
work), or **off** (not there, and nothing needs it). Where the third column says *nothing*, there is nothing to do.
";

/// The page.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    page.push_str(TURNS);
    for code in OutcomeCode::ALL {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            code.as_str(),
            sentence(code.meaning()),
            sentence(code.hint())
        );
    }
    page.push_str(CHECKS);
    for (group, title) in GROUPS {
        let _ = write!(
            page,
            "\n### {title}\n\n| code | well means | else |\n| --- | --- | --- |\n"
        );
        for Known {
            name, well, remedy, ..
        } in Code::ALL
            .map(Code::known)
            .into_iter()
            .filter(|known| known.group == group)
        {
            let _ = writeln!(page, "| `{name}` | {well} | {remedy} |");
        }
    }
    page
}

const GROUPS: [(CheckGroup, &str); 5] = [
    (CheckGroup::Server, "Server"),
    (CheckGroup::Storage, "Storage"),
    (CheckGroup::People, "People"),
    (CheckGroup::Assistants, "Assistants and their programs"),
    (CheckGroup::Turns, "What happened lately"),
];

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_code() {
        let page = page();
        let outcomes = OutcomeCode::ALL.map(OutcomeCode::as_str);
        let checks = Code::ALL.map(Code::as_str);
        for code in outcomes.iter().chain(&checks) {
            assert!(page.contains(&format!("| `{code}` |")), "{code}");
        }
    }

    #[test]
    fn a_hint_becomes_a_sentence() {
        assert_eq!(sentence("ask for less at once"), "Ask for less at once.");
    }
}
