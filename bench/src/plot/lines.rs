//! Lines: how a figure changes with another.

use super::axis::Axis;
use super::{WIDTH, begin, below, escape, human, legend, spread, width};
use crate::rounds::Spread;
use std::fmt::{self, Write as _};

/// Lines over two axes.
#[derive(Debug)]
pub(crate) struct Lines {
    /// What is to be seen.
    pub(crate) title: String,
    /// What x is.
    pub(crate) x_label: String,
    /// What y is.
    pub(crate) y_label: String,
    /// Whether the axis of x is logarithmic; x must be greater than 0 then.
    pub(crate) log_x: bool,
    /// Whether the axis of y is logarithmic; y must be greater than 0 then.
    pub(crate) log_y: bool,
    /// The lines.
    pub(crate) series: Vec<Series>,
}

/// One line.
#[derive(Debug)]
pub(crate) struct Series {
    /// What it stands for.
    pub(crate) name: String,
    /// Its points, by x.
    pub(crate) points: Vec<Point>,
}

/// One point of a line.
#[derive(Debug)]
pub(crate) struct Point {
    /// Where it stands.
    pub(crate) x: f64,
    /// Its figure; left out where the median is not a number.
    pub(crate) y: Spread,
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LEFT: f64 = 60.0;
        const HEIGHT: f64 = 290.0;
        // The names, line by line as many as have room.
        let (mut names, mut x, mut y) = (Vec::new(), 0.0, 60.0);
        for (number, series) in self.series.iter().enumerate() {
            let wide = width(&series.name) + 48.0;
            if x > 0.0 && x + wide > WIDTH {
                (x, y) = (0.0, y + 20.0);
            }
            names.push((number, x, y, &series.name));
            x += wide;
        }
        let (top, bottom) = (y + 20.0, y + 20.0 + HEIGHT);
        let points = || self.series.iter().flat_map(|series| &series.points);
        let along = Axis::over(points().map(|point| point.x), self.log_x, LEFT, WIDTH - 24.0);
        let reach = points().flat_map(|point| [point.y.min, point.y.median, point.y.max]);
        let up = Axis::over(reach, self.log_y, bottom, top);

        let unit = legend(&self.y_label, self.log_y);
        let mut words = format!("Lines over {}, {unit}.", self.x_label);
        for series in &self.series {
            let _ = write!(words, " {}:", series.name);
            for point in &series.points {
                let _ = write!(words, " at {}, {}.", human(point.x), spread(point.y));
            }
        }
        begin(f, bottom + 48.0, &self.title, &unit, &words)?;
        for (number, x, y, name) in names {
            let (to, middle, text) = (x + 24.0, y - 4.0, x + 30.0);
            let looks = stroke(number);
            writeln!(f, "<path class=\"line\" {looks} d=\"M{x:.1} {middle:.1}H{to:.1}\"/>")?;
            writeln!(f, "<text x=\"{text:.1}\" y=\"{y:.1}\">{}</text>", escape(name))?;
        }
        let right = WIDTH - 24.0;
        for tick in up.ticks() {
            let (y, text) = (up.at(tick), human(tick));
            writeln!(f, "<path class=\"grid\" d=\"M{LEFT:.1} {y:.1}H{right:.1}\"/>")?;
            let (before, baseline) = (LEFT - 8.0, y + 4.0);
            writeln!(
                f,
                "<text class=\"soft\" x=\"{before:.1}\" y=\"{baseline:.1}\" text-anchor=\"end\">{text}</text>"
            )?;
        }
        below(f, &along, bottom + 18.0, |x| format!("M{x:.1} {top:.1}V{bottom:.1}"))?;
        let (x, y, label) = (f64::midpoint(LEFT, right), bottom + 38.0, escape(&self.x_label));
        writeln!(f, "<text class=\"soft\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{label}</text>")?;
        for (number, series) in self.series.iter().enumerate() {
            let seen = || series.points.iter().filter(|point| point.y.median.is_finite());
            let place = |point: &Point| format!("{:.1} {:.1}", along.at(point.x), up.at(point.y.median));
            let way: Vec<String> = seen().map(place).collect();
            if !way.is_empty() {
                let looks = stroke(number);
                writeln!(f, "<path class=\"line\" {looks} d=\"M{}\"/>", way.join("L"))?;
            }
            for point in seen() {
                let colour = number % COLOURS;
                let (x, y) = (along.at(point.x), up.at(point.y.median));
                let (least, greatest) = (up.at(point.y.min), up.at(point.y.max));
                let (left, right) = (x - 4.0, x + 4.0);
                writeln!(
                    f,
                    "<path class=\"span\" stroke=\"var(--s{colour})\" d=\"M{left:.1} {least:.1}H{right:.1}M{left:.1} {greatest:.1}H{right:.1}M{x:.1} {least:.1}V{greatest:.1}\"/>"
                )?;
                writeln!(f, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"var(--s{colour})\"/>")?;
            }
        }
        writeln!(f, "</svg>")
    }
}

/// How many colours lines have.
const COLOURS: usize = 6;

/// A line's colour, and its dashes, for those who tell colours apart less well.
fn stroke(number: usize) -> String {
    const DASHES: [&str; 4] =
        ["", " stroke-dasharray=\"7 4\"", " stroke-dasharray=\"2 3\"", " stroke-dasharray=\"9 3 2 3\""];
    let dashes = DASHES.get(number % DASHES.len()).copied().unwrap_or_default();
    format!("stroke=\"var(--s{})\"{dashes}", number % COLOURS)
}
