//! Figures for Prometheus: what was asked, what was answered, how long it took, and how the store keeps up.

use crate::front;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use untag_store::Store;

/// Labels of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    operation: &'static str,
    status: u16,
}

/// Labels of a latency.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

/// Labels of a refusal of credentials.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    reason: &'static str,
}

/// All figures.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    latency: Family<Operation, Histogram, fn() -> Histogram>,
    removed: Counter,
    refused: Family<Refused, Counter>,
    failed: Counter,
}

impl Metrics {
    /// Figures of a service on this store and behind this front.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, front: Arc<front::Load>) -> Self {
        let mut registry = Registry::with_prefix("untagd");
        let requests = Family::<Answered, Counter>::default();
        registry.register("requests", "Requests answered", requests.clone());
        let latency = Family::<Operation, Histogram, fn() -> Histogram>::new_with_constructor(|| {
            // From a tenth of a millisecond to some seconds.
            Histogram::new(exponential_buckets(0.0001, 2.0, 16))
        });
        registry.register("request_seconds", "Time from a request's headers to its answer", latency.clone());
        let removed = Counter::default();
        registry.register("tags_removed", "Tags that were there and were removed", removed.clone());
        let refused = Family::<Refused, Counter>::default();
        registry.register("authentication_refusals", "Credentials that were refused", refused.clone());
        let failed = Counter::default();
        registry.register(
            "authentication_failures",
            "Credentials that could not be judged, because an identity service did not answer",
            failed.clone(),
        );
        registry.register_collector(Box::new(Loads { store, front }));
        Self { registry, requests, latency, removed, refused, failed }
    }

    /// A request was answered.
    pub fn answered(&self, operation: &'static str, status: u16, after: Duration) {
        self.requests.get_or_create(&Answered { operation, status }).inc();
        self.latency.get_or_create(&Operation { operation }).observe(after.as_secs_f64());
    }

    /// So many tags were removed.
    pub fn removed(&self, tags: usize) {
        self.removed.inc_by(tags as u64);
    }

    /// Credentials were refused, for this reason.
    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Refused { reason }).inc();
    }

    /// Credentials could not be judged.
    pub fn failed(&self) {
        self.failed.inc();
    }

    /// The figures as `OpenMetrics` text.
    ///
    /// # Errors
    /// The text cannot be written; memory is all that it needs.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// What the store and the front tell of themselves, asked when somebody looks.
#[derive(Debug)]
struct Loads {
    store: Arc<dyn Store>,
    front: Arc<front::Load>,
}

impl Collector for Loads {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let load = self.store.load();
        for (name, help, value) in [
            ("connections", "Open connections", self.front.connections()),
            ("requests_in_flight", "Requests whose answer is not ready", self.front.in_flight()),
            ("store_queue", "Deletions that wait for their turn", load.queued),
        ] {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        for (name, help, value) in [
            ("store_commits", "Transactions committed", load.commits),
            ("store_committed_deletions", "Deletions that those transactions held", load.committed),
        ] {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)?;
        }
        let help = "Transactions that held at most so many deletions";
        let mut sizes =
            encoder.encode_descriptor("store_commits_by_size", help, None, MetricType::Counter)?;
        let mut sum = 0;
        for (power, count) in load.commit_sizes.into_iter().enumerate() {
            sum += count;
            let at_most = if power < 9 { (1_u32 << power).to_string() } else { "+Inf".to_owned() };
            ConstCounter::new(sum).encode(sizes.encode_family(&[("at_most", at_most)])?)?;
        }
        Ok(())
    }
}
