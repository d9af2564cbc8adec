//! Plots as SVG: bars and lines that never show a figure without its spread.
//!
//! Written here because no small, kept crate draws both with whiskers, as text that a reader can select, in colours that follow
//! the reader's system. The same input gives the same bytes. A page that shows a plot inline may set the colours itself: they
//! are the custom properties of [`STYLE`].

mod axis;
mod bars;
mod lines;

pub(crate) use bars::{Bar, Bars, Group};
pub(crate) use lines::{Lines, Point, Series};

use crate::rounds::Spread;
use axis::Axis;
use std::fmt;

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

/// The figures of an axis at this height, and their grid: for each place along the axis a path.
fn below(f: &mut fmt::Formatter<'_>, axis: &Axis, y: f64, grid: impl Fn(f64) -> String) -> fmt::Result {
    let mut end = f64::NEG_INFINITY;
    for tick in axis.ticks() {
        let (x, text) = (axis.at(tick), human(tick));
        writeln!(f, "<path class=\"grid\" d=\"{}\"/>", grid(x))?;
        // A figure that would run into the one before it is left to the eye.
        if x - width(&text) / 2.0 > end {
            end = x + width(&text) / 2.0 + 4.0;
            writeln!(
                f,
                "<text class=\"soft\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{text}</text>"
            )?;
        }
    }
    Ok(())
}

/// What is said below a title of the figures.
fn legend(unit: &str, is_log: bool) -> String {
    let scale = if is_log { "; logarithmic" } else { "" };
    format!("{unit}; median, with the least and the greatest{scale}")
}

#[cfg(test)]
mod tests {
    use super::{Bar, Bars, Group, Lines, Point, Series, human};
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
