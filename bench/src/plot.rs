//! Plots as SVG: bars and lines that never show a figure without its spread.
//!
//! Written here because no small, kept crate draws both with whiskers, as text that a reader can select, in colours that follow
//! the reader's system. The same input gives the same bytes. A page that shows a plot inline may set the colours itself: they
//! are the custom properties of [`STYLE`].

use crate::rounds::Spread;
use std::fmt::{self, Write as _};

/// How wide every plot is, in its own units; whoever shows it scales it.
const WIDTH: f64 = 720.0;
/// How wide a character of the small text is, more or less.
const CHARACTER: f64 = 6.6;

/// The looks. `:root` is the plot only in a file of its own: inline, the page decides on light and dark.
const STYLE: &str = "\
.plot{--ink:#1c2330;--soft:#505b6b;--grid:#dbe1e9;--ours:#0b5c8f;--other:#a9b8c9;--s0:#0b5c8f;--s1:#b3541e;--s2:#14663a;--s3:#7a2fa0;--s4:#a3162a;--s5:#505b6b}\
@media(prefers-color-scheme:dark){:root.plot{--ink:#d7dee8;--soft:#a3afbf;--grid:#2d3645;--ours:#3f97d0;--other:#53647a;--s0:#7cc4f3;--s1:#f0a878;--s2:#7fd6a0;--s3:#d5a8f2;--s4:#ff9da6;--s5:#a3afbf}}\
.plot text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif;fill:var(--ink)}\
.plot .head{font-size:15px;font-weight:650}.plot .part{font-weight:650}.plot .soft{fill:var(--soft)}\
.plot .grid{stroke:var(--grid)}.plot .whisker{stroke:var(--ink);stroke-width:1.5;fill:none}.plot .span{stroke-width:1.5;fill:none}\
.plot .ours{fill:var(--ours)}.plot .other{fill:var(--other)}.plot .line{fill:none;stroke-width:2}";

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

/// Figures along a way on the paper.
struct Axis {
    log: bool,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis for these figures. A linear one starts at 0, so that lengths compare as figures do.
    fn over(figures: impl Iterator<Item = f64>, log: bool, from: f64, to: f64) -> Self {
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
    fn at(&self, figure: f64) -> f64 {
        let part = if self.log {
            (figure.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (figure - self.low) / (self.high - self.low)
        };
        self.from + part.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// The figures that are written beside the axis.
    fn ticks(&self) -> Vec<f64> {
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

/// A figure in three digits: `84.2k`.
fn human(figure: f64) -> String {
    let (scaled, suffix) = match figure.abs() {
        size if size >= 999.5e6 => (figure / 1e9, "G"),
        size if size >= 999.5e3 => (figure / 1e6, "M"),
        size if size >= 999.5 => (figure / 1e3, "k"),
        _ => (figure, ""),
    };
    let digits = match scaled.abs() {
        size if size >= 99.95 || size == 0.0 => 0,
        size if size >= 9.995 => 1,
        size if size >= 0.9995 => 2,
        size if size >= 0.09995 => 3,
        size if size >= 0.009_995 => 4,
        _ => 5,
    };
    let text = format!("{scaled:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{suffix}")
}

/// The median with the least and the greatest.
fn spread(value: Spread) -> String {
    if value.median.is_nan() {
        return "not measured".to_owned();
    }
    format!("{} ({}–{})", human(value.median), human(value.min), human(value.max))
}

/// Text as XML, fit for elements and quoted attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Characters as a length.
fn width(text: &str) -> f64 {
    crate::number(text.chars().count()) * CHARACTER
}

/// The beginning of a file: its size, what it shows, and the same in words for those who do not see it.
fn begin(f: &mut fmt::Formatter<'_>, height: f64, title: &str, unit: &str, words: &str) -> fmt::Result {
    // Several plots may stand on one page.
    let id: String =
        title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let id = id.to_lowercase();
    write!(
        f,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" width=\"{WIDTH:.0}\" \
         height=\"{height:.0}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n<style>{STYLE}</style>\n\
         <text class=\"head\" x=\"0\" y=\"17\">{}</text>\n<text class=\"soft\" x=\"0\" y=\"36\">{}</text>\n",
        escape(title),
        escape(words),
        escape(title),
        escape(unit)
    )
}

/// What is said below a title of the figures.
fn legend(unit: &str, is_log: bool) -> String {
    let scale = if is_log { "; logarithmic" } else { "" };
    format!("{unit}; median, with the least and the greatest{scale}")
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
        let mut end = f64::NEG_INFINITY;
        for tick in axis.ticks() {
            let (x, text) = (axis.at(tick), human(tick));
            writeln!(f, "<path class=\"grid\" d=\"{}\"/>", beside(x))?;
            // A figure that would run into the one before it is left to the eye.
            if x - width(&text) / 2.0 > end {
                end = x + width(&text) / 2.0 + 4.0;
                let y = bottom + 16.0;
                writeln!(
                    f,
                    "<text class=\"soft\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{text}</text>"
                )?;
            }
        }
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
        let mut end = f64::NEG_INFINITY;
        for tick in along.ticks() {
            let (x, text) = (along.at(tick), human(tick));
            writeln!(f, "<path class=\"grid\" d=\"M{x:.1} {top:.1}V{bottom:.1}\"/>")?;
            if x - width(&text) / 2.0 > end {
                end = x + width(&text) / 2.0 + 4.0;
                let y = bottom + 18.0;
                writeln!(
                    f,
                    "<text class=\"soft\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{text}</text>"
                )?;
            }
        }
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

#[cfg(test)]
mod tests {
    use super::{Axis, Bar, Bars, Group, Lines, Point, Series, human};
    use crate::rounds::Spread;

    fn bars(log: bool) -> Bars {
        let bar = |name: &str, median: f64| Bar {
            name: name.to_owned(),
            value: Spread { median, min: median * 0.9, max: median * 1.1 },
        };
        Bars {
            title: "Answers <of> \"servers\" & such".to_owned(),
            unit: "answers per second".to_owned(),
            log,
            groups: vec![
                Group {
                    name: "deleteDesktopTag".to_owned(),
                    bars: vec![
                        bar("untag", 78_400.0),
                        bar("openapi-generator rust-axum", 42_000.0),
                        bar("Prism", 2_100.0),
                        bar("absent", f64::NAN),
                    ],
                },
                Group {
                    name: "batchUntagResources".to_owned(),
                    bars: vec![bar("untag", 61_000.0), bar("Prism", 1_900.0)],
                },
            ],
        }
    }

    fn lines() -> Lines {
        let series = |name: &str, factor: f64| Series {
            name: name.to_owned(),
            points: [2.0, 20.0, 200.0, 2_000.0]
                .map(|x| {
                    let median = x * factor;
                    Point { x, y: Spread { median, min: median * 0.8, max: median * 1.5 } }
                })
                .into(),
        };
        Lines {
            title: "Generation".to_owned(),
            x_label: "operations".to_owned(),
            y_label: "seconds".to_owned(),
            log_x: true,
            log_y: true,
            series: vec![series("untag", 0.001), series("progenitor alone", 0.000_6)],
        }
    }

    #[test]
    fn a_plot_is_wellformed_whatever_its_names_are_and_the_same_each_time() {
        for text in [bars(true).to_string(), bars(false).to_string(), lines().to_string()] {
            let mut open = Vec::new();
            for tag in text.split('<').skip(1) {
                let (tag, _) = tag.split_once('>').expect("every tag ends");
                match tag.strip_prefix('/') {
                    Some(name) => assert_eq!(open.pop(), Some(name)),
                    None if tag.ends_with('/') => {}
                    None => open.push(tag.split(' ').next().unwrap()),
                }
            }
            assert!(open.is_empty(), "{open:?}");
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
        assert_eq!(bars(true).to_string(), bars(true).to_string());
        assert!(bars(true).to_string().contains("<title id=\"answers--of---servers----such-title\">Answers &lt;of&gt; &quot;servers&quot; &amp; such</title>"));
    }

    #[test]
    fn every_figure_stands_with_its_spread_in_the_picture_and_in_words() {
        let text = bars(true).to_string();
        assert_eq!(text.matches("78.4k (70.6k–86.2k)").count(), 2);
        assert_eq!(text.matches("class=\"whisker\"").count(), 5);
        assert_eq!(text.matches("not measured").count(), 2);
        assert_eq!(text.matches("class=\"ours\"").count(), 2);
        let text = lines().to_string();
        assert_eq!(text.matches("class=\"span\"").count(), 8);
        assert!(text.contains(" untag: at 2, 0.002 (0.0016–0.003)."), "{text}");
    }

    #[test]
    fn nothing_to_show_is_a_plot_too() {
        for log in [true, false] {
            let empty = Bars { groups: Vec::new(), ..bars(log) };
            assert!(!empty.to_string().contains("NaN"));
            let empty = Lines { series: Vec::new(), log_x: log, log_y: log, ..lines() };
            assert!(!empty.to_string().contains("NaN"));
        }
    }

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

    #[test]
    fn figures_have_three_digits() {
        let shown = [0.0, 0.0123, 1.0, 12.34, 999.9, 1_000.0, 84_249.0, 2_500_000.0].map(human);
        assert_eq!(shown, ["0", "0.0123", "1", "12.3", "1k", "1k", "84.2k", "2.5M"]);
    }

    /// For people: `PLOTS=DIR cargo test -p untag-bench plots_to_look_at` writes the pictures of this test there.
    #[test]
    fn plots_to_look_at() {
        let Some(folder) = std::env::var_os("PLOTS").map(std::path::PathBuf::from) else { return };
        for (name, text) in [
            ("log", bars(true).to_string()),
            ("linear", bars(false).to_string()),
            ("lines", lines().to_string()),
        ] {
            std::fs::write(folder.join(name).with_extension("svg"), text).unwrap();
        }
    }
}
