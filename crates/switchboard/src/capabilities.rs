//! The page of the documentation that says what each assistant can do, made of what the backends say of themselves, so that it
//! can neither lack anything nor promise too much.

use std::fmt::Write as _;

use switchboard_engine::backend::{Capability, Spec};
use switchboard_model::attachment::Kind;

const HEAD: &str = "\
<!-- Written by `cargo xtask gen` from what each backend says of itself. Edit that, not this file. -->

# What each assistant can do

What an assistant cannot do is shown where it would be chosen, greyed, with the reason below. Settings > Models has the same for
what is on this server, and `capabilities` of `GET /api/backends` for programs.

";

/// The page.
pub fn page(ways: &[(&'static str, Spec)]) -> String {
    let mut page = String::from(HEAD);
    let titles: Vec<_> = ways.iter().map(|(title, _)| *title).collect();
    let _ = writeln!(page, "| | {} |", titles.join(" | "));
    let _ = writeln!(page, "| --- |{}", " --- |".repeat(ways.len()));
    for capability in Capability::ALL {
        let cells = ways.iter().map(|(_, spec)| match spec.lack(capability) {
            None => "yes".to_owned(),
            Some(why) => format!("no, it {}", of_itself(&why, spec)),
        });
        row(&mut page, capability.title(), cells);
    }
    let files = ways.iter().map(|(_, spec)| {
        let kinds: Vec<_> = spec.takes().into_iter().map(Kind::words).collect();
        kinds.join(", ")
    });
    row(&mut page, "Takes files", files);
    page
}

fn row(page: &mut String, title: &str, cells: impl Iterator<Item = String>) {
    let cells: Vec<_> = cells.collect();
    let _ = writeln!(page, "| {title} | {} |", cells.join(" | "));
}

/// Without its own name, which stands over the column.
fn of_itself<'a>(why: &'a str, spec: &Spec) -> &'a str {
    why.strip_prefix(&format!("{} ", spec.title)).unwrap_or(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::ways;

    #[test]
    fn every_way_says_of_everything_whether_it_can_or_why_not() {
        for (way, spec) in ways() {
            for capability in Capability::ALL {
                let lacks = spec.lacks.iter().filter(|(one, _)| *one == capability);
                let said = lacks.count() + usize::from(spec.has(capability));
                assert_eq!(said, 1, "{way}: {}", capability.as_str());
            }
        }
    }

    #[test]
    fn the_page_has_a_row_for_everything_and_a_column_for_every_way() {
        let page = page(&ways());
        let rows: Vec<_> = page.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), Capability::ALL.len() + 3);
        for row in rows {
            assert_eq!(row.matches(" | ").count(), ways().len(), "{row}");
        }
    }
}
