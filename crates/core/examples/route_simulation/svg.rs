//! A plot of runs side by side: cloud share, latency, breaker.

use crate::report::{Second, seconds};
use crate::sim::scenario::Scenario;
use crate::sim::trace::Run;
use crate::sim::world::Mood;
use olympus_core::route::BreakerState;
use std::fmt::Write as _;

const COLUMN: f64 = 520.0;
const LEFT: f64 = 62.0;
const GAP: f64 = 36.0;
const TOP: f64 = 78.0;
const SHARE_HEIGHT: f64 = 120.0;
const LATENCY_HEIGHT: f64 = 200.0;
const BREAKER_HEIGHT: f64 = 20.0;
const BETWEEN: f64 = 44.0;
const LATENCY_TOP: f64 = TOP + SHARE_HEIGHT + BETWEEN;
const BREAKER_TOP: f64 = LATENCY_TOP + LATENCY_HEIGHT + BETWEEN;
const BOTTOM: f64 = BREAKER_TOP + BREAKER_HEIGHT;
const HEIGHT: f64 = BOTTOM + 76.0;
/// Top of the latency panel.
const MOST_MS: f64 = 350.0;

// Told apart by the colour-blind too (Okabe and Ito).
const BLUE: &str = "#0072b2";
const ORANGE: &str = "#d55e00";
const GREEN: &str = "#009e73";
const YELLOW: &str = "#e69f00";
const GREY: &str = "#5f6368";
const PALE: &str = "#cfe8dc";

/// One panel: where it lies and what its bottom and top stand for.
struct Panel {
    left: f64,
    top: f64,
    height: f64,
    most: f64,
    lasts_s: f64,
}

impl Panel {
    fn x(&self, at_s: f64) -> f64 {
        self.left + at_s / self.lasts_s * COLUMN
    }

    fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - (value / self.most).clamp(0.0, 1.0))
    }

    fn line(&self, out: &mut String, points: &[(f64, f64)], colour: &str, extra: &str) {
        let path: Vec<String> = points
            .iter()
            .map(|(at_s, value)| format!("{:.1},{:.1}", self.x(*at_s), self.y(*value)))
            .collect();
        let _ = writeln!(
            out,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="1.8" {extra}/>"#,
            path.join(" ")
        );
    }

    fn frame(&self, out: &mut String, ticks: &[(f64, &str)]) {
        for (value, label) in ticks {
            let y = self.y(*value);
            let (left, right) = (self.left, self.left + COLUMN);
            let _ = writeln!(
                out,
                r##"<line x1="{left}" x2="{right}" y1="{y:.1}" y2="{y:.1}" stroke="#dadce0"/>"##
            );
            text(out, left - 8.0, y + 4.0, "end", GREY, label);
        }
    }
}

fn text(out: &mut String, x: f64, y: f64, anchor: &str, colour: &str, what: &str) {
    let _ = writeln!(
        out,
        r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="{colour}">{what}</text>"#
    );
}

/// The plot as an SVG document.
pub(crate) fn plot(columns: &[(Scenario, Run)]) -> String {
    let width = LEFT + columns.len() as f64 * (COLUMN + GAP + LEFT) - LEFT + 10.0;
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" font-family="system-ui, sans-serif" font-size="12">
<rect width="{width}" height="{HEIGHT}" fill="white"/>
"#
    );
    for (index, (scenario, run)) in columns.iter().enumerate() {
        let left = LEFT + index as f64 * (COLUMN + GAP + LEFT);
        column(&mut out, left, scenario, run);
    }
    legend(&mut out);
    out.push_str("</svg>\n");
    out
}

fn column(out: &mut String, left: f64, scenario: &Scenario, run: &Run) {
    let lasts_s = scenario.lasts_ms as f64 / 1_000.0;
    let panel = |top, height, most| Panel {
        left,
        top,
        height,
        most,
        lasts_s,
    };
    let share = panel(TOP, SHARE_HEIGHT, 1.0);
    let latency = panel(LATENCY_TOP, LATENCY_HEIGHT, MOST_MS);
    let breaker = panel(BREAKER_TOP, BREAKER_HEIGHT, 1.0);
    let _ = writeln!(
        out,
        r##"<text x="{left}" y="24" font-size="15" font-weight="600" fill="#202124">policy {}</text>"##,
        scenario.policy.as_str()
    );
    phases(out, &share, scenario);
    let seconds = seconds(scenario, run, 500.0);
    share.frame(out, &[(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")]);
    text(
        out,
        left,
        TOP - 8.0,
        "start",
        GREY,
        "requests that call the cloud",
    );
    share.line(out, &points(&seconds, |s| s.cloud_share), BLUE, "");
    latency.frame(
        out,
        &[(0.0, "0"), (100.0, "100"), (200.0, "200"), (300.0, "300")],
    );
    text(out, left, LATENCY_TOP - 8.0, "start", GREY, "latency, ms");
    let deadline = scenario.deadline_ms as f64;
    latency.line(
        out,
        &[(0.0, deadline), (lasts_s, deadline)],
        GREY,
        r#"stroke-dasharray="2 4""#,
    );
    let cloud_p95: Vec<(f64, f64)> = run
        .samples
        .iter()
        .step_by(5)
        .map(|sample| (sample.at_ms / 1_000.0, sample.cloud_p95_ms))
        .collect();
    latency.line(out, &cloud_p95, YELLOW, r#"stroke-opacity="0.6""#);
    latency.line(out, &points(&seconds, |s| s.p99_ms), ORANGE, "");
    latency.line(out, &points(&seconds, |s| s.p50_ms), GREEN, "");
    breakers(out, &breaker, run);
    axis(out, &share);
}

/// Seconds under the lowest panel.
fn axis(out: &mut String, panel: &Panel) {
    let step = if panel.lasts_s > 40.0 { 15.0 } else { 5.0 };
    let mut at_s = 0.0;
    while at_s <= panel.lasts_s {
        let label = format!("{at_s} s");
        text(out, panel.x(at_s), BOTTOM + 18.0, "middle", GREY, &label);
        at_s += step;
    }
}

fn points(seconds: &[Second], value: impl Fn(&Second) -> f64) -> Vec<(f64, f64)> {
    seconds
        .iter()
        .map(|second| (second.at_s + 0.25, value(second)))
        .collect()
}

/// Shades what is not as usual, over all panels.
fn phases(out: &mut String, panel: &Panel, scenario: &Scenario) {
    let phases = &scenario.world.phases;
    for (index, phase) in phases.iter().enumerate() {
        let ends = phases
            .get(index + 1)
            .map_or(scenario.lasts_ms, |p| p.from_ms);
        let (what, shade) = match phase.mood {
            mood if mood == Mood::GOOD => continue,
            Mood::Up { .. } => ("brown-out", "#fef7e0"),
            Mood::Recovering { .. } => ("slow recovery", "#e6f4ea"),
            Mood::Refused | Mood::Silent => ("outage", "#fce8e6"),
            Mood::Busy { .. } => ("capacity errors", "#fef7e0"),
        };
        let (from, to) = (
            panel.x(phase.from_ms as f64 / 1_000.0),
            panel.x(ends as f64 / 1_000.0),
        );
        let _ = writeln!(
            out,
            r#"<rect x="{from:.1}" y="{:.1}" width="{:.1}" height="{:.1}" fill="{shade}"/>"#,
            TOP - 24.0,
            to - from,
            BOTTOM - TOP + 24.0
        );
        text(
            out,
            f64::midpoint(from, to),
            TOP - 30.0,
            "middle",
            GREY,
            what,
        );
    }
}

/// A strip with the breaker's state: one box for each stretch of one state.
fn breakers(out: &mut String, panel: &Panel, run: &Run) {
    text(out, panel.left, panel.top - 8.0, "start", GREY, "breaker");
    for stretch in run
        .samples
        .chunk_by(|one, next| one.breaker == next.breaker)
    {
        let (Some(first), Some(last)) = (stretch.first(), stretch.last()) else {
            continue;
        };
        let colour = match first.breaker {
            BreakerState::Closed => PALE,
            BreakerState::HalfOpen => YELLOW,
            BreakerState::Open { .. } => ORANGE,
        };
        // Samples are 0.1 s apart; the last state holds until the next sample.
        let (from, to) = (
            panel.x(first.at_ms / 1_000.0),
            panel.x(last.at_ms / 1_000.0 + 0.1),
        );
        let _ = writeln!(
            out,
            r#"<rect x="{from:.1}" y="{:.1}" width="{:.2}" height="{:.1}" fill="{colour}"/>"#,
            panel.top,
            to - from,
            panel.height
        );
    }
}

fn legend(out: &mut String) {
    let y = HEIGHT - 18.0;
    let mut x = LEFT;
    for (colour, what) in [
        (BLUE, "cloud share"),
        (GREEN, "p50 of answers"),
        (ORANGE, "p99 of answers"),
        (YELLOW, "cloud p95 as the router knows it"),
        (GREY, "deadline (dotted)"),
        (PALE, "breaker closed"),
        (YELLOW, "half-open"),
        (ORANGE, "open"),
    ] {
        let _ = writeln!(
            out,
            r#"<rect x="{x:.1}" y="{:.1}" width="14" height="8" fill="{colour}"/>"#,
            y - 8.0
        );
        text(out, x + 20.0, y, "start", "#202124", what);
        x += 44.0 + 6.6 * what.len() as f64;
    }
}
