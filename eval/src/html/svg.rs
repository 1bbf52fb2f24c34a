//! Small charts as SVG: colours come from the page's style, values from the report.
//!
//! Invariant: both axes start at 0 and say their values; every mark has a title that says its own.

use super::escape;
use crate::metrics::Interval;
use std::fmt::Write;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 40.0;

/// A chart being drawn; x and y run from 0 to their largest value.
pub(super) struct Chart {
    out: String,
    x_max: f64,
    y_max: f64,
}

impl Chart {
    /// Axes with ticks at the given values and labels.
    pub(super) fn new(
        title: &str,
        axes: (&str, &str),
        x: &[(f64, String)],
        y: &[(f64, String)],
    ) -> Self {
        let last = |ticks: &[(f64, String)]| ticks.last().map_or(1.0, |tick| tick.0);
        let mut chart = Self {
            out: String::new(),
            x_max: last(x),
            y_max: last(y),
        };
        chart.add(format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\n",
            escape(title)
        ));
        for (value, label) in y {
            let at = chart.y(*value);
            chart.add(format!(
                "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>",
                WIDTH - RIGHT
            ));
            chart.text(LEFT - 6.0, at + 4.0, "end", label);
        }
        for (value, label) in x {
            let at = chart.x(*value);
            chart.text(at, HEIGHT - BOTTOM + 17.0, "middle", label);
        }
        chart.text((WIDTH + LEFT) / 2.0, HEIGHT - 4.0, "middle", axes.0);
        chart.text(2.0, 9.0, "start", axes.1);
        chart
    }

    fn add(&mut self, text: String) {
        self.out.push_str(&text);
        self.out.push('\n');
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let text = escape(text);
        self.add(format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * value / self.x_max
    }

    fn y(&self, value: f64) -> f64 {
        // the axis' name stands above the highest tick
        TOP + 8.0 + (HEIGHT - TOP - 8.0 - BOTTOM) * (1.0 - value / self.y_max)
    }

    /// A bar from `x.0` to `x.1` and from `y.0` to `y.1`.
    pub(super) fn bar(&mut self, class: &str, x: (f64, f64), y: (f64, f64), title: &str) {
        if y.1 <= y.0 {
            return;
        }
        let (left, right) = (self.x(x.0) + 1.0, self.x(x.1) - 1.0);
        let (top, bottom) = (self.y(y.1), self.y(y.0));
        let (width, height, title) = (right - left, bottom - top, escape(title));
        self.add(format!(
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"><title>{title}</title></rect>"
        ));
    }

    /// A straight line over the whole chart.
    pub(super) fn diagonal(&mut self) {
        let (x1, y1, x2, y2) = (
            self.x(0.0),
            self.y(0.0),
            self.x(self.x_max),
            self.y(self.y_max),
        );
        self.add(format!(
            "<line class=\"ideal\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        ));
    }

    /// A dot with its interval.
    pub(super) fn dot(
        &mut self,
        class: &str,
        x: f64,
        y: f64,
        interval: Option<Interval>,
        title: &str,
    ) {
        let (cx, cy) = (self.x(x), self.y(y));
        if let Some(Interval(low, high)) = interval {
            let (y1, y2) = (self.y(low), self.y(high));
            self.add(format!("<line class=\"whisker\" x1=\"{cx:.1}\" x2=\"{cx:.1}\" y1=\"{y1:.1}\" y2=\"{y2:.1}\"/>"));
        }
        let title = escape(title);
        self.add(format!("<circle class=\"{class}\" cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"4\"><title>{title}</title></circle>"));
    }

    /// A line through the points.
    pub(super) fn line(&mut self, class: &str, points: &[(f64, f64)], title: &str) {
        let mut path = String::new();
        for (x, y) in points {
            // writing to a String cannot fail
            let _ = write!(path, "{:.1},{:.1} ", self.x(*x), self.y(*y));
        }
        let (path, title) = (path.trim_end(), escape(title));
        self.add(format!(
            "<polyline class=\"line {class}\" points=\"{path}\"><title>{title}</title></polyline>"
        ));
    }

    /// The finished picture.
    pub(super) fn finish(mut self) -> String {
        self.add("</svg>".to_owned());
        self.out
    }
}

/// Ticks at 0, 20, … 100 %.
pub(super) fn percent_ticks() -> Vec<(f64, String)> {
    (0..=5)
        .map(|step| (f64::from(step) / 5.0, format!("{} %", step * 20)))
        .collect()
}

/// Ticks at 0, 0.2, … 1.
pub(super) fn unit_ticks() -> Vec<(f64, String)> {
    (0..=5)
        .map(|step| {
            (
                f64::from(step) / 5.0,
                format!("{:.1}", f64::from(step) / 5.0),
            )
        })
        .collect()
}

/// Four to six ticks at round numbers, the last not below `most`.
pub(super) fn count_ticks(most: usize) -> Vec<(f64, String)> {
    let mut step = 1;
    for factor in [2, 5, 10].into_iter().cycle() {
        if step * 5 >= most {
            break;
        }
        // 1, 2, 5, 10, 20, 50, …
        step = match factor {
            2 => step * 2,
            5 => step / 2 * 5,
            _ => step * 2,
        };
    }
    let last = most.div_ceil(step).max(1);
    (0..=last)
        .map(|at| ((at * step) as f64, (at * step).to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Chart, count_ticks, unit_ticks};

    #[test]
    fn ticks_are_round_and_reach_the_highest_bar() {
        for (most, last, ticks) in [
            (0, "1", 2),
            (3, "3", 4),
            (7, "8", 5),
            (41, "50", 6),
            (260, "300", 4),
            (999, "1000", 6),
        ] {
            let got = count_ticks(most);
            assert_eq!(
                (got.last().expect("one").1.as_str(), got.len()),
                (last, ticks),
                "{most}"
            );
        }
    }

    #[test]
    fn marks_stand_where_their_values_say() {
        let mut chart = Chart::new("t", ("x", "y"), &unit_ticks(), &unit_ticks());
        chart.bar("b", (0.0, 0.5), (0.0, 0.0), "nothing to draw");
        chart.dot("d", 1.0, 0.0, None, "a <dot>");
        let svg = chart.finish();
        assert!(!svg.contains("<rect"));
        assert!(svg.contains("cx=\"510.0\" cy=\"240.0\""), "{svg}");
        assert!(svg.contains("a &lt;dot&gt;"));
    }
}
