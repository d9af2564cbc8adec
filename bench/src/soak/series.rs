//! What was seen over time, window by window, and what it takes to call it flat.

use super::drive::Tally;
use super::service::Sample;
use crate::rounds::Spread;

/// What the load is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// What the service can take, before.
    Once,
    /// Twice that.
    Twice,
    /// What it can take again, after.
    OnceMore,
}

/// One window of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) phase: Phase,
    /// Its end, in seconds since the first began.
    pub(super) at: f64,
    /// Requests due in a second.
    pub(super) due: f64,
    /// Deletions answered with 204 in a second.
    pub(super) removed: f64,
    /// Other documented answers in a second.
    pub(super) other: f64,
    /// Requests answered with 503 in a second.
    pub(super) overloaded: f64,
    /// Requests in a second that were never sent.
    pub(super) given_up: f64,
    /// Connections opened in a second.
    pub(super) opened: f64,
    /// Seconds from when a deletion was due to its 204, which half of them and 99 of 100 stay within.
    pub(super) p50: f64,
    pub(super) p99: f64,
    /// Bytes of memory of the service.
    pub(super) memory: f64,
    /// Its open files.
    pub(super) descriptors: f64,
    /// Connections that the load has open.
    pub(super) connections: f64,
}

impl Window {
    #[allow(clippy::cast_precision_loss, reason = "no count here reaches 2^53")]
    pub(super) fn new(
        phase: Phase,
        at: f64,
        seconds: f64,
        tally: Tally,
        sample: Sample,
        connections: usize,
    ) -> Self {
        let per_second = |count: u64| count as f64 / seconds;
        let mut latencies = tally.latencies;
        latencies.sort_by(f32::total_cmp);
        let within = |part: usize| {
            let place = (latencies.len() * part / 100).min(latencies.len().saturating_sub(1));
            latencies.get(place).map_or(f64::NAN, |seconds| f64::from(*seconds))
        };
        Self {
            phase,
            at,
            due: per_second(tally.due),
            removed: per_second(tally.removed),
            other: per_second(tally.answered - tally.removed),
            overloaded: per_second(tally.overloaded),
            given_up: per_second(tally.given_up),
            opened: per_second(tally.opened),
            p50: within(50),
            p99: within(99),
            memory: sample.memory as f64,
            descriptors: sample.descriptors as f64,
            connections: connections as f64,
        }
    }
}

/// The windows of these phases, without the first tenth of each, in which it settles.
pub(super) fn settled(windows: &[Window], phase: Phase) -> &[Window] {
    let first = windows.iter().position(|window| window.phase == phase).unwrap_or(windows.len());
    let rest = windows.get(first..).unwrap_or_default();
    let length = rest.iter().take_while(|window| window.phase == phase).count();
    rest.get(length / 10..length).unwrap_or_default()
}

/// One figure of these windows, where they have one: a window without deletions has no latency.
pub(super) fn spread(windows: &[Window], figure: impl Fn(&Window) -> f64) -> Spread {
    Spread::of(windows.iter().map(figure).filter(|figure| !figure.is_nan()))
}

/// The figure in the first third of these windows, and in the last.
pub(super) fn thirds(windows: &[Window], figure: impl Fn(&Window) -> f64) -> [Spread; 2] {
    let third = windows.len().div_ceil(3);
    let (first, _) = windows.split_at(third);
    let (_, last) = windows.split_at(windows.len() - third);
    [spread(first, &figure), spread(last, &figure)]
}

#[cfg(test)]
mod tests {
    use super::{Phase, Window, settled, thirds};
    use crate::soak::drive::Tally;
    use crate::soak::service::Sample;

    fn windows(phase: Phase, memory: impl Iterator<Item = u64>) -> Vec<Window> {
        let sample = |memory| Sample { memory, descriptors: 1 };
        memory.map(|memory| Window::new(phase, 0.0, 1.0, Tally::default(), sample(memory), 0)).collect()
    }

    #[test]
    fn the_beginning_of_a_phase_does_not_count_and_thirds_are_its_ends() {
        let mut all = windows(Phase::Once, 0..5);
        all.extend(windows(Phase::Twice, 100..120));
        all.extend(windows(Phase::OnceMore, 0..5));
        let twice = settled(&all, Phase::Twice);
        assert_eq!(twice.len(), 18);
        let [first, last] = thirds(twice, |window| window.memory);
        assert_eq!((first.min, first.max, last.min, last.max), (102.0, 107.0, 114.0, 119.0));
    }

    #[test]
    fn a_window_has_rates_and_latencies() {
        let latencies = (0_u8..100).map(f32::from).collect();
        let tally =
            Tally { due: 50, removed: 10, answered: 30, overloaded: 20, latencies, ..Tally::default() };
        let sample = Sample { memory: 1, descriptors: 2 };
        let window = Window::new(Phase::Once, 2.0, 2.0, tally, sample, 0);
        let rates = [window.due, window.removed, window.other, window.overloaded, window.p50, window.p99];
        assert_eq!(rates.map(|rate| format!("{rate:.0}")), ["25", "5", "10", "10", "50", "99"]);
    }
}
