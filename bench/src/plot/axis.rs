//! An axis of a plot: where a figure stands, and which figures are written beside it.

/// Figures along a way on the paper.
pub(super) struct Axis {
    log: bool,
    low: f64,
    high: f64,
    /// Where it begins on the paper.
    pub(super) from: f64,
    to: f64,
}

impl Axis {
    /// An axis for these figures. A linear one starts at 0, so that lengths compare as figures do.
    pub(super) fn over(figures: impl Iterator<Item = f64>, log: bool, from: f64, to: f64) -> Self {
        let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        for figure in figures.filter(|figure| figure.is_finite() && (!log || *figure > 0.0)) {
            (least, greatest) = (least.min(figure), greatest.max(figure));
        }
        let (low, high) = if log && greatest > 0.0 {
            // A little room before the least: a bar of no length would not be seen.
            (10_f64.powf((least * 0.9).log10().floor()), round_up(greatest))
        } else if log {
            (1.0, 10.0)
        } else if greatest > 0.0 {
            let step = round_up(greatest / 5.0);
            (0.0, (greatest / step).ceil() * step)
        } else {
            (0.0, 1.0)
        };
        Self { log, low, high, from, to }
    }

    /// Where a figure stands.
    pub(super) fn at(&self, figure: f64) -> f64 {
        let part = if self.log {
            (figure.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (figure - self.low) / (self.high - self.low)
        };
        self.from + part.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// The figures that are written beside the axis.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        if self.log {
            let is_short = self.high / self.low <= 200.0;
            let mut decade = self.low;
            // Ends: it grows tenfold, and starts at a power of ten.
            while decade <= self.high * 1.001 {
                let between: &[f64] = if is_short { &[1.0, 2.0, 5.0] } else { &[1.0] };
                ticks.extend(between.iter().map(|factor| factor * decade));
                decade *= 10.0;
            }
        } else {
            let step = round_up(self.high / 5.0);
            ticks.extend((0..=5_u32).map(|number| f64::from(number) * step));
        }
        ticks.retain(|tick| *tick <= self.high * 1.001);
        ticks
    }
}

/// The next 1, 2 or 5 with noughts that is not less.
fn round_up(figure: f64) -> f64 {
    let decade = 10_f64.powf(figure.log10().floor());
    let steps = [1.0, 2.0, 5.0].into_iter().map(|factor| factor * decade);
    // What is a step but for the last bit is one.
    steps.into_iter().find(|step| *step >= figure * 0.999_999).unwrap_or(10.0 * decade)
}

#[cfg(test)]
mod tests {
    use super::Axis;

    #[test]
    fn lengths_follow_figures() {
        let linear = Axis::over([3.0, 47.0].into_iter(), false, 100.0, 300.0);
        assert_eq!(linear.ticks(), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        for (figure, place) in [(0.0, 100.0), (25.0, 200.0), (50.0, 300.0)] {
            assert!((linear.at(figure) - place).abs() < 1e-9, "{figure}");
        }
        let log = Axis::over([30.0, 40_000.0].into_iter(), true, 0.0, 1.0);
        assert_eq!(log.ticks(), [10.0, 100.0, 1_000.0, 10_000.0]);
        assert!((log.at(100.0) - log.at(10.0) - (log.at(10_000.0) - log.at(1_000.0))).abs() < 1e-9);
    }
}
