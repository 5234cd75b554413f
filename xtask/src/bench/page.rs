//! The figures as Markdown: `docs/benchmarks.md` and what the terminal shows. Computes from the raw
//! figures and from nothing else.

use std::fmt::Write as _;

use super::report::{Figure, Report, Row, Spread};

/// The whole page.
pub fn of(report: &Report) -> String {
    let mut page = format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench` from [benchmarks/latest.json](benchmarks/latest.json), which holds every \
         run's value. Everything was built with the profile `{}`.\n\n",
        report.profile,
    );
    page.push_str(
        "The load comes from a process of its own on the same machine, so the two share its cores. Load comes at \
         fixed times whatever became of the load before it, and every time counts from the moment the load was due: \
         waiting in line is part of it. A figure is the median over the runs, with the smallest and the largest. A \
         ratio pairs each run with one of the alternative made right after it, because machines drift; absolute \
         values hold for the machine that is named with them.\n",
    );
    for measured in &report.figures {
        let figure = self::figure(&measured.figure);
        let _ = write!(
            page,
            "\n{figure}\nMeasured at `{}` on {}.\n",
            measured.commit,
            measured.machine.words()
        );
    }
    page
}

/// One figure: its table and how it was measured.
pub fn figure(figure: &Figure) -> String {
    let mut text = format!(
        "## {}\n\n\
         | | median | min to max | target | alternative | ratio |\n\
         | --- | --- | --- | --- | --- | --- |\n",
        figure.title
    );
    for row in &figure.rows {
        let _ = writeln!(text, "{}", line(row));
    }
    let _ = write!(text, "\n{}\n", figure.method);
    text
}

fn line(row: &Row) -> String {
    let unit = &row.unit;
    let Some(Spread { median, min, max }) = Spread::of(&row.values) else {
        return format!("| {} | not measured | | | | |", row.what);
    };
    let target = row.target.map_or(String::new(), |target| {
        let verdict = if median <= target { "met" } else { "missed" };
        format!("≤ {}, {verdict}", number(target, unit))
    });
    let alternative = row.against.as_ref().and_then(|against| {
        let spread = Spread::of(&against.values)?;
        Some(format!("{}: {}", against.what, number(spread.median, unit)))
    });
    let ratio = row.ratio().map(|ratio| {
        format!(
            "{} ({} to {})",
            digits(ratio.median),
            digits(ratio.min),
            digits(ratio.max)
        )
    });
    format!(
        "| {} | {} | {} to {} | {target} | {} | {} |",
        row.what,
        number(median, unit),
        digits(min),
        digits(max),
        alternative.unwrap_or_default(),
        ratio.unwrap_or_default(),
    )
}

fn number(value: f64, unit: &str) -> String {
    format!("{} {unit}", digits(value)).trim_end().to_owned()
}

/// Three digits that matter, and never less than the whole number.
fn digits(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 | 100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_median_spread_target_and_ratio() {
        let mut row = Row::new("p99", "ms", Some(25.0)).against("append");
        for (ours, other) in [(12.345, 6.0), (10.0, 5.0), (30.0, 10.0)] {
            row.push_pair(ours, other);
        }
        let expected = "| p99 | 12.3 ms | 10.0 to 30.0 | ≤ 25.0 ms, met | append: 6.00 ms | 2.06 (2.00 to 3.00) |";
        assert_eq!(line(&row), expected);
        row.target = Some(12.0);
        row.against = None;
        assert_eq!(
            line(&row),
            "| p99 | 12.3 ms | 10.0 to 30.0 | ≤ 12.0 ms, missed |  |  |"
        );
    }

    #[test]
    fn what_was_not_measured_says_so() {
        let row = Row::new("lost events", "", Some(0.0));
        assert_eq!(line(&row), "| lost events | not measured | | | | |");
    }

    #[test]
    fn numbers_keep_three_digits_that_matter() {
        for (value, text) in [
            (0.0, "0"),
            (0.126, "0.13"),
            (2.5, "2.50"),
            (37.66, "37.7"),
            (240.4, "240"),
        ] {
            assert_eq!(digits(value), text);
        }
    }
}
