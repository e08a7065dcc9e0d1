//! Statuses over time, as SVG that scales with the page: bands where there is little room, a lane for each
//! status where there is more, and a table that says the same.
//!
//! Invariant: every stretch is drawn with its whole set; the axis runs with the language; no style attribute,
//! no script.

use jiff::{ToSpan, civil};
use maud::{Markup, html};
use model::{Instant, Status, StatusSet, answer::Stretch};

use crate::{locale::Value, pages::Page, status, when};

/// The stretch of time that drawings of one page share.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Its beginning.
    pub from: Instant,
    /// Its end.
    pub to: Instant,
}

/// A share of the width, in thousandths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Share(i64);

const WHOLE: i64 = 100_000;

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}%", self.0 / 1000, self.0 % 1000)
    }
}

impl Axis {
    /// From entry into force to the instant asked about.
    #[must_use]
    pub fn of(page: &Page<'_>, at: Instant) -> Axis {
        let from = page.watch().agreement.in_force.min(at);
        Axis { from, to: at.max(from.next()) }
    }

    fn share(self, instant: Instant) -> Share {
        let length = i128::from(self.to.0 - self.from.0).max(1);
        let along = i128::from(instant.0.clamp(self.from.0, self.to.0) - self.from.0);
        Share(i64::try_from(along * i128::from(WHOLE) / length).unwrap_or(WHOLE))
    }

    /// Left edge and width of a stretch; time runs with the language.
    fn place(self, stretch: &Stretch, page: &Page<'_>) -> (Share, Share) {
        let (from, to) = (self.share(stretch.from), self.share(stretch.to));
        let left = if page.say.lang.dir() == "rtl" { WHOLE - to.0 } else { from.0 };
        (Share(left), Share(to.0 - from.0))
    }
}

fn title(page: &Page<'_>, stretch: &Stretch, kind: &str) -> String {
    let say = page.say;
    let instant = |at: Instant| Value::from(when::text(at, page.zone(), say));
    let words = Value::from(status::words(say, stretch.status, kind));
    say.text_with(
        "stretch",
        &[("from", instant(stretch.from)), ("to", instant(stretch.to)), ("words", words)],
    )
}

/// One band for a whole timeline; a set of several is divided, worst on top.
#[must_use]
pub fn band(page: &Page<'_>, timeline: &[Stretch], axis: Axis, kind: &str) -> Markup {
    let last = timeline.last().map_or_else(String::new, |stretch| title(page, stretch, kind));
    let label = page.say.text_with("timeline-label", &[("last", Value::from(last))]);
    html! {
        svg.band width="100%" height="18" role="img" aria-label=(label) {
            @for stretch in timeline {
                @let (left, width) = axis.place(stretch, page);
                g {
                    title { (title(page, stretch, kind)) }
                    @for (rank, status) in stretch.status.iter().enumerate() {
                        (bar(status, left, width, rank, stretch.status.len()))
                    }
                }
            }
        }
    }
}

fn bar(status: Status, left: Share, width: Share, rank: usize, of: usize) -> Markup {
    let part = |n: usize| {
        Share(i64::try_from(n).unwrap_or_default() * WHOLE / i64::try_from(of.max(1)).unwrap_or(1))
    };
    html! {
        rect class={ "edge s-" (status.name()) } x=(left) width=(width) y=(part(rank)) height=(part(1))
            fill={ "url(#p-" (status.name()) ")" } {}
    }
}

/// A lane for each status that was ever possible, an axis, and the same as a table.
#[must_use]
pub fn lanes(page: &Page<'_>, timeline: &[Stretch], axis: Axis, kind: &str) -> Markup {
    let say = page.say;
    let ever = timeline.iter().fold(StatusSet::EMPTY, |all, stretch| all.or(stretch.status));
    html! {
        div.lanes aria-hidden="true" {
            @for status in ever.iter() {
                div.lane-name { (status::label(say, status, kind)) }
                svg.lane width="100%" height="22" {
                    rect.bed width="100%" height="100%" {}
                    @for stretch in timeline.iter().filter(|stretch| stretch.status.contains(status)) {
                        @let (left, width) = axis.place(stretch, page);
                        g {
                            title { (title(page, stretch, kind)) }
                            (lane_bar(status, left, width, stretch.status.len() == 1))
                        }
                    }
                }
            }
            div {}
            (ticks(page, axis))
        }
        p.hint { (say.say("lanes-hint")) }
        (table(page, timeline, kind))
    }
}

/// The bar of a lane: of its whole height only where this status is the only one possible.
fn lane_bar(status: Status, left: Share, width: Share, alone: bool) -> Markup {
    let (top, height) = if alone { ("0", "100%") } else { ("28%", "44%") };
    html! {
        rect class={ "edge s-" (status.name()) } x=(left) width=(width) y=(top) height=(height)
            fill={ "url(#p-" (status.name()) ")" } {}
    }
}

fn ticks(page: &Page<'_>, axis: Axis) -> Markup {
    html! {
        svg.axis width="100%" height="26" {
            @for (instant, words) in marks(page, axis) {
                @let along = axis.share(instant);
                @let rtl = page.say.lang.dir() == "rtl";
                @let x = if rtl { Share(WHOLE - along.0) } else { along };
                line x1=(x) x2=(x) y1="0" y2="6" {}
                text x=(x) y="20" direction="ltr" text-anchor=(anchor(x)) { (words) }
            }
        }
    }
}

/// Where a label hangs, so that none runs over an edge.
fn anchor(x: Share) -> &'static str {
    match x.0 {
        ..15_000 => "start",
        85_001.. => "end",
        _ => "middle",
    }
}

/// At most four instants worth naming: first days of months or, on a short axis, days.
fn marks(page: &Page<'_>, axis: Axis) -> Vec<(Instant, String)> {
    let zone = page.zone();
    let (first, last) = (axis.from.date(zone), axis.to.date(zone));
    let days = (i64::from(last.year()) - i64::from(first.year())) * 366 + i64::from(last.day_of_year())
        - i64::from(first.day_of_year());
    let by_month = days > 62;
    let step = if by_month { days / 30 / 4 + 1 } else { days / 4 + 1 };
    let span = if by_month { step.months() } else { step.days() };
    let mut mark = if by_month { first.first_of_month().saturating_add(1.month()) } else { first };
    let mut marks = Vec::new();
    while mark <= last && marks.len() < 6 {
        let words = if by_month { when::month_text(mark, page.say) } else { when::day_text(mark, page.say) };
        marks.push((Instant::start_of(mark, zone).max(axis.from), words));
        mark = next(mark, span);
    }
    marks
}

fn next(date: civil::Date, span: jiff::Span) -> civil::Date {
    date.saturating_add(span)
}

fn table(page: &Page<'_>, timeline: &[Stretch], kind: &str) -> Markup {
    let say = page.say;
    html! {
        details {
            summary { (say.say_with("timeline-table", &[("n", crate::locale::number(timeline.len()))])) }
            div.scroll tabindex="0" role="region" aria-label=(say.text("timeline")) {
                table {
                    thead { tr {
                        th scope="col" { (say.say("col-from")) }
                        th scope="col" { (say.say("col-to")) }
                        th scope="col" { (say.say("col-status")) }
                    } }
                    tbody {
                        @for stretch in timeline.iter().rev() {
                            tr {
                                td { (page.time(stretch.from)) }
                                td { (page.time(stretch.to)) }
                                td { (status::chips(say, stretch.status, kind)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
