//! Figures for Prometheus: what was asked, what was answered, how long it took, and how the store keeps up.

use crate::front::{self, Exchanged, Observe, Unreadable};
use crate::open_files;
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
use untag_identity::{Authenticator, Counts};
use untag_store::Store;

/// The label of what is no request to an operation of the contract.
const NO_OPERATION: &str = "none";

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

/// All figures.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    http2_errors: Counter,
    latency: Family<Operation, Histogram, fn() -> Histogram>,
    removed: Counter,
}

impl Metrics {
    /// Figures of a service on this store, behind this front, whose callers this authenticator judges.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, front: Arc<front::Load>, authenticator: Arc<Authenticator>) -> Self {
        let mut registry = Registry::with_prefix("untagd");
        let requests = Family::<Answered, Counter>::default();
        registry.register("requests", "Requests answered", requests.clone());
        let http2_errors = Counter::default();
        let help = "Connections that ended because their HTTP/2 broke a rule or a limit";
        registry.register("http2_errors", help, http2_errors.clone());
        let latency = Family::<Operation, Histogram, fn() -> Histogram>::new_with_constructor(|| {
            // From a tenth of a millisecond to some seconds.
            Histogram::new(exponential_buckets(0.0001, 2.0, 16))
        });
        registry.register("request_seconds", "Time from a request's headers to its answer", latency.clone());
        let removed = Counter::default();
        registry.register("tags_removed", "Tags that were there and were removed", removed.clone());
        registry.register_collector(Box::new(Told { store, front, authenticator }));
        Self { registry, requests, http2_errors, latency, removed }
    }

    /// So many tags were removed.
    pub fn removed(&self, tags: usize) {
        self.removed.inc_by(tags as u64);
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

impl Observe for Metrics {
    fn exchanged(&self, exchange: &Exchanged<'_>) {
        let operation = exchange.operation.unwrap_or(NO_OPERATION);
        // 499 is what the field writes down for a client that hung up.
        let status = exchange.status.map_or(499, |status| status.as_u16());
        self.requests.get_or_create(&Answered { operation, status }).inc();
        self.latency.get_or_create(&Operation { operation }).observe(exchange.latency.as_secs_f64());
    }

    fn unreadable(&self, unreadable: Unreadable) {
        match unreadable {
            Unreadable::Http1(status) => {
                let answered = Answered { operation: NO_OPERATION, status: status.as_u16() };
                self.requests.get_or_create(&answered).inc();
            }
            Unreadable::Http2 => {
                self.http2_errors.inc();
            }
        }
    }
}

/// What store, front and authenticator tell of themselves, asked when somebody looks.
#[derive(Debug)]
struct Told {
    store: Arc<dyn Store>,
    front: Arc<front::Load>,
    authenticator: Arc<Authenticator>,
}

impl Collector for Told {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let load = self.store.load();
        let Counts { refused, failed, keystone_validations, keystone_remembered } =
            self.authenticator.counts();
        for (name, help, value) in [
            ("connections", "Open connections", self.front.connections()),
            ("requests_in_flight", "Requests whose answer is not ready", self.front.in_flight()),
            ("requests_waiting", "Requests that wait for their turn", self.front.waiting()),
            ("store_queue", "Deletions that wait for their turn", load.queued),
        ] {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        if let Some(open) = open_files::open() {
            let help = "Files that are open, connections among them";
            let gauge = ConstGauge::new(i64::try_from(open).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor("open_files", help, None, MetricType::Gauge)?)?;
        }
        for (name, help, value) in [
            (
                "addresses_held_off",
                "Times that an address was held off, for too many of its credentials were refused",
                self.front.holds(),
            ),
            (
                "connections_evicted",
                "Connections closed to make room for others, as every one was taken",
                self.front.evicted(),
            ),
            ("store_commits", "Transactions committed", load.commits),
            ("store_committed_deletions", "Deletions that those transactions held", load.committed),
            (
                "authentication_failures",
                "Credentials that could not be judged, because an identity service did not answer",
                failed,
            ),
            ("keystone_validations", "Questions to Keystone about a token", keystone_validations),
            (
                "keystone_remembered",
                "Tokens that need no question, for Keystone had answered it or was about to",
                keystone_remembered,
            ),
        ] {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)?;
        }
        let help = "Credentials that were refused";
        let mut refusals =
            encoder.encode_descriptor("authentication_refusals", help, None, MetricType::Counter)?;
        for (kind, count) in refused {
            ConstCounter::new(count).encode(refusals.encode_family(&[("reason", kind.label())])?)?;
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
