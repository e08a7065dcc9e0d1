//! Where silence speaks: the time in which nothing happened but what is reported.
//!
//! Invariant: the same as an account's accepted silences at any instant of knowledge, without asking again as time passes.

use fusion::Listener;
use model::{Duration, Id, Instant, Period};

/// Stretches that someone whose silence is accepted would have reported a deed in, each with how long that may take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    heard: Vec<(Period, Duration)>,
    lags: Vec<Duration>,
}

impl Seen {
    /// What listeners hear of what some sources report; none where one of them may contradict such a report by its silence, or
    /// where parties have agreed to hear only some of it.
    #[must_use]
    pub fn of(listeners: &[Listener], speaker: Option<&Id>) -> Option<Seen> {
        let accepted = || listeners.iter().filter(|listener| listener.accepted);
        let apart = |listener: &Listener| speaker.is_some_and(|speaker| !listener.group.contains(speaker));
        if listeners.iter().any(|listener| listener.mixed) || accepted().any(apart) {
            return None;
        }
        let mut heard: Vec<(Period, Duration)> = accepted().flat_map(|l| l.heard.iter().copied()).collect();
        heard.sort_unstable();
        let mut lags: Vec<Duration> = heard.iter().map(|(_, lag)| *lag).collect();
        lags.sort_unstable();
        lags.dedup();
        Some(Seen { heard, lags })
    }

    /// How long reports may take, each once.
    #[must_use]
    pub fn lags(&self) -> &[Duration] {
        &self.lags
    }

    /// Whether all of `[from, until)` is seen, as known at an instant.
    #[must_use]
    pub fn covers(&self, from: Instant, until: Instant, known: Instant) -> bool {
        let mut reached = from;
        for (period, lag) in &self.heard {
            if reached >= until || period.first > reached {
                break;
            }
            reached = reached.max(period.last.min(known - *lag).next());
        }
        reached >= until
    }

    /// The instants of knowledge after `known` at which what is seen begins or ends otherwise than by going on.
    #[must_use]
    pub fn turn(&self, known: Instant) -> Option<Instant> {
        let ends = self.heard.iter().flat_map(|(period, lag)| {
            [period.first, period.first + *lag, period.last.next(), (period.last + *lag).next()]
        });
        ends.filter(|turn| *turn > known).min()
    }
}
