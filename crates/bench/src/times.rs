//! How long many things took, and what is told of it: exact percentiles by nearest rank. Never averages.

use std::time::Duration;

use serde_json::{Value, json};

/// Times in microseconds: two million of them are a usual run.
#[derive(Debug, Default)]
pub struct Times(Vec<u32>);

impl Times {
    pub fn push(&mut self, time: Duration) {
        self.0
            .push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Count, and percentiles in milliseconds.
    pub fn summary(mut self) -> Value {
        self.0.sort_unstable();
        json!({
            "count": self.0.len(),
            "min_ms": self.percentile(0),
            "p50_ms": self.percentile(50),
            "p99_ms": self.percentile(99),
            "max_ms": self.percentile(100),
        })
    }

    /// Of sorted times: the smallest that so many percent do not exceed.
    fn percentile(&self, percent: usize) -> Option<f64> {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        let micros = self.0.get(rank - 1)?;
        Some(f64::from(*micros) / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let mut times = Times::default();
        for ms in (1..=200).rev() {
            times.push(Duration::from_millis(ms));
        }
        let expected =
            json!({"count": 200, "min_ms": 1.0, "p50_ms": 100.0, "p99_ms": 198.0, "max_ms": 200.0});
        assert_eq!(times.summary(), expected);
    }

    #[test]
    fn of_nothing_there_is_no_percentile() {
        let expected =
            json!({"count": 0, "min_ms": null, "p50_ms": null, "p99_ms": null, "max_ms": null});
        assert_eq!(Times::default().summary(), expected);
    }
}
