//! What the server counts, in the Prometheus text format. Owns the counters; gauges that the store or
//! the live streams know are asked when somebody reads.

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// How a request was answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    method: &'static str,
    /// As in the router, so that ids make no labels.
    route: &'static str,
    status: u16,
}

/// What is known only when somebody reads.
pub(crate) struct Present {
    pub(crate) queued: i64,
    pub(crate) running: i64,
    pub(crate) viewers: usize,
    pub(crate) zombies: u64,
}

/// The counters of this process.
#[derive(Default)]
pub(crate) struct Metrics {
    requests: Family<Answer, Counter>,
}

impl Metrics {
    /// Counts an answer.
    pub(crate) fn answered(&self, method: &'static str, route: &'static str, status: u16) {
        self.requests
            .get_or_create(&Answer {
                method,
                route,
                status,
            })
            .inc();
    }

    /// Everything, as text.
    pub(crate) fn text(&self, present: &Present) -> Result<String, std::fmt::Error> {
        let gauge = |value: i64| {
            let gauge: Gauge = Gauge::default();
            gauge.set(value);
            gauge
        };
        let mut registry = Registry::with_prefix("switchboard");
        registry.register("http_requests", "Answered requests", self.requests.clone());
        registry.register("turns_queued", "Turns that wait", gauge(present.queued));
        registry.register("turns_running", "Turns at work", gauge(present.running));
        let viewers = i64::try_from(present.viewers).unwrap_or(i64::MAX);
        registry.register("event_streams", "Open event streams", gauge(viewers));
        let zombies: Counter = Counter::default();
        zombies.inc_by(present.zombies);
        registry.register(
            "turns_zombie_endings",
            "Endings that came too late and were dropped",
            zombies,
        );
        let mut out = String::new();
        text::encode(&mut out, &registry)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn answers_are_counted_by_route_and_status() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/api/threads/{id}", 200);
        metrics.answered("GET", "/api/threads/{id}", 200);
        let text = metrics
            .text(&Present {
                queued: 1,
                running: 2,
                viewers: 3,
                zombies: 4,
            })
            .unwrap();
        for line in [
            "switchboard_turns_zombie_endings_total 4",
            r#"switchboard_http_requests_total{method="GET",route="/api/threads/{id}",status="200"} 2"#,
            "switchboard_turns_queued 1",
            "switchboard_turns_running 2",
            "switchboard_event_streams 3",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
