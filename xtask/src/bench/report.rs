//! What was measured, as it is kept: every run's value and nothing computed from them but on reading.

use serde::{Deserialize, Serialize};

use super::machine::Machine;

#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// The cargo profile everything was built with.
    pub profile: String,
    pub figures: Vec<Measured>,
}

/// A figure, and what it is a figure of.
#[derive(Debug, Serialize, Deserialize)]
pub struct Measured {
    /// What it is called on the command line.
    pub name: String,
    /// The commit that was measured.
    pub commit: String,
    /// On what.
    pub machine: Machine,
    #[serde(flatten)]
    pub figure: Figure,
}

/// One thing that was measured, and how.
#[derive(Debug, Serialize, Deserialize)]
pub struct Figure {
    /// In words.
    pub title: String,
    /// What was done, so that it can be done again.
    pub method: String,
    pub rows: Vec<Row>,
}

/// One value per run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    /// In words.
    pub what: String,
    pub unit: String,
    /// At most this, by the median.
    pub target: Option<f64>,
    /// In the order of the runs.
    pub values: Vec<f64>,
    /// What the same was with something else, run by run in turn with ours.
    pub against: Option<Against>,
}

/// Something to compare with.
#[derive(Debug, Serialize, Deserialize)]
pub struct Against {
    /// In words.
    pub what: String,
    pub values: Vec<f64>,
}

/// The median of several values, with the smallest and the largest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Row {
    pub fn new(what: &str, unit: &str, target: Option<f64>) -> Self {
        Self {
            what: what.to_owned(),
            unit: unit.to_owned(),
            target,
            values: Vec::new(),
            against: None,
        }
    }

    /// The same row beside something else.
    pub fn against(mut self, what: &str) -> Self {
        self.against = Some(Against {
            what: what.to_owned(),
            values: Vec::new(),
        });
        self
    }

    /// The value of one run.
    pub fn push(&mut self, ours: f64) {
        self.values.push(ours);
    }

    /// The values of one run: ours and the other's.
    pub fn push_pair(&mut self, ours: f64, other: f64) {
        self.push(ours);
        if let Some(against) = &mut self.against {
            against.values.push(other);
        }
    }

    /// Ours in units of the other's, run by run: what slows the machine slows both.
    pub fn ratio(&self) -> Option<Spread> {
        let others = &self.against.as_ref()?.values;
        let ratios: Vec<f64> = self
            .values
            .iter()
            .zip(others)
            .map(|(ours, other)| ours / other)
            .collect();
        Spread::of(&ratios)
    }
}

impl Spread {
    /// `None` of nothing.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Some(Self { median, min, max })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_spread_is_the_middle_and_both_ends() {
        assert_eq!(Spread::of(&[]), None);
        for (values, (median, min, max)) in [
            (vec![2.0], (2.0, 2.0, 2.0)),
            (vec![9.0, 1.0, 2.0], (2.0, 1.0, 9.0)),
            (vec![4.0, 1.0, 2.0, 9.0], (3.0, 1.0, 9.0)),
        ] {
            assert_eq!(Spread::of(&values), Some(Spread { median, min, max }));
        }
    }

    #[test]
    fn a_ratio_pairs_what_was_measured_together() {
        let mut row = Row::new("a", "ms", None).against("b");
        // The machine was half as fast in the second run.
        row.push_pair(10.0, 5.0);
        row.push_pair(20.0, 10.0);
        let ratio = row.ratio().unwrap();
        let (median, min, max) = (2.0, 2.0, 2.0);
        assert_eq!(ratio, Spread { median, min, max });
        assert!(Row::new("a", "ms", None).ratio().is_none());
    }
}
