//! Bars: one figure of several, compared by their lengths.

use super::axis::Axis;
use super::{WIDTH, begin, below, escape, legend, spread, width};
use crate::rounds::Spread;
use std::fmt::{self, Write as _};

/// Bars that lie, group by group, each with its name before it and its figure behind it.
#[derive(Debug)]
pub(crate) struct Bars {
    /// What is to be seen.
    pub(crate) title: String,
    /// What the figures are: `answers per second`.
    pub(crate) unit: String,
    /// Whether the axis is logarithmic; a figure must be greater than 0 then.
    pub(crate) log: bool,
    /// The groups, the first on top.
    pub(crate) groups: Vec<Group>,
}

/// Bars that belong together.
#[derive(Debug)]
pub(crate) struct Group {
    /// Its heading; without one when empty.
    pub(crate) name: String,
    /// The bars, the first on top.
    pub(crate) bars: Vec<Bar>,
}

/// One bar.
#[derive(Debug)]
pub(crate) struct Bar {
    /// Whose figure it is. Where it begins with `untag`, the bar stands out.
    pub(crate) name: String,
    /// The figure; a median that is not a number is written as `not measured`.
    pub(crate) value: Spread,
}

impl fmt::Display for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ROW: f64 = 24.0;
        const GROUP: f64 = 26.0;
        const TOP: f64 = 52.0;
        let bars = || self.groups.iter().flat_map(|group| &group.bars);
        let names = bars().map(|bar| width(&bar.name)).fold(0.0, f64::max) + 10.0;
        let figures = bars().map(|bar| width(&spread(bar.value))).fold(0.0, f64::max) + 12.0;
        let is_headed = |group: &&Group| !group.name.is_empty();
        let heads = crate::number(self.groups.iter().filter(is_headed).count());
        let bottom = TOP + crate::number(bars().count()) * ROW + heads * GROUP;
        let from = names.clamp(60.0, WIDTH / 2.0);
        let reach = bars().flat_map(|bar| [bar.value.min, bar.value.median, bar.value.max]);
        let axis = Axis::over(reach, self.log, from, (WIDTH - figures).max(from + 60.0));

        let mut words = format!("Bars, {}.", legend(&self.unit, self.log));
        for group in &self.groups {
            let name = if group.name.is_empty() { String::new() } else { format!("{}: ", group.name) };
            for bar in &group.bars {
                let _ = write!(words, " {name}{} {}.", bar.name, spread(bar.value));
            }
        }
        begin(f, bottom + 26.0, &self.title, &legend(&self.unit, self.log), &words)?;
        // The grid stands beside the bars, and not across the headings.
        let beside = |x: f64| {
            let (mut way, mut y) = (String::new(), TOP);
            for group in &self.groups {
                let from = if is_headed(&group) { y + GROUP } else { y };
                y = from + crate::number(group.bars.len()) * ROW;
                let _ = write!(way, "M{x:.1} {from:.1}V{y:.1}");
            }
            way
        };
        below(f, &axis, bottom + 16.0, beside)?;
        let mut y = TOP;
        for group in &self.groups {
            if is_headed(&group) {
                writeln!(
                    f,
                    "<text class=\"part\" x=\"0\" y=\"{:.1}\">{}</text>",
                    y + 18.0,
                    escape(&group.name)
                )?;
                y += GROUP;
            }
            for bar in &group.bars {
                draw(f, &axis, bar, y + ROW / 2.0)?;
                y += ROW;
            }
        }
        writeln!(f, "<path class=\"grid\" d=\"{}\"/>\n</svg>", beside(from))
    }
}

/// One bar, around this height.
fn draw(f: &mut fmt::Formatter<'_>, axis: &Axis, bar: &Bar, middle: f64) -> fmt::Result {
    let (from, baseline) = (axis.from, middle + 4.0);
    let (before, top) = (from - 8.0, middle - 8.0);
    let name = escape(&bar.name);
    writeln!(f, "<text x=\"{before:.1}\" y=\"{baseline:.1}\" text-anchor=\"end\">{name}</text>")?;
    let mut behind = from + 6.0;
    if bar.value.median.is_finite() {
        let looks = if bar.name.starts_with("untag") { "ours" } else { "other" };
        let long = axis.at(bar.value.median) - from;
        writeln!(
            f,
            "<rect class=\"{looks}\" x=\"{from:.1}\" y=\"{top:.1}\" width=\"{long:.1}\" height=\"16\" rx=\"1.5\"/>"
        )?;
        let (least, greatest) = (axis.at(bar.value.min), axis.at(bar.value.max));
        let (high, low) = (middle - 4.0, middle + 4.0);
        writeln!(
            f,
            "<path class=\"whisker\" d=\"M{least:.1} {high:.1}V{low:.1}M{greatest:.1} {high:.1}V{low:.1}M{least:.1} {middle:.1}H{greatest:.1}\"/>"
        )?;
        behind = greatest + 8.0;
    }
    writeln!(f, "<text x=\"{behind:.1}\" y=\"{baseline:.1}\">{}</text>", spread(bar.value))
}
