//! One instance with one window, whoever owes it and however much: its row in the answer.
//!
//! Invariant: statuses, each source's own account, the reasons for doubt and the timeline are one function over different
//! bounds.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Period, StatusSet,
    agreement::{Provision, Required},
    amount::Range,
    answer::{InstanceAnswer, Moment, SourceAnswer, Window},
};

use crate::{
    asked::Asked,
    binding::Doers,
    bounds::Bounds,
    conditions::performance,
    due::Duty,
    instance::{CountFrom, Deadline, worst_of},
    measure::Measure,
    moments::Moments,
    need::{Need, Span},
    outcome::Row,
    parts::Answered,
    single::{changes, why},
};

/// What an instance owes, as it stands at an instant.
pub type Owed<'a> = Box<dyn Fn(Instant) -> Need + 'a>;

/// One instance with one window.
pub struct Term<'a> {
    /// Its key.
    pub key: String,
    /// Who performs it.
    pub doers: Doers,
    /// Its window, and when it binds.
    pub duty: Duty,
    /// What decides: how much in all.
    pub need: Owed<'a>,
    /// What earlier instances have used.
    pub used: Amount,
    /// What this one owes by itself, where that is not what decides.
    pub own: Option<Required>,
    /// From when its statuses are shown; none where that is from where it counts.
    pub shown_from: Option<Instant>,
    /// Instances after it for which it stands too: what each needs in all, what those before it have used, when it opens.
    pub rest: Vec<(Need, Amount, Moments)>,
    /// Parts of it that may be owed before the whole: how much, and from when.
    pub levels: Vec<(Need, Moments)>,
    /// The instants at which what it owes changes.
    pub turns: Vec<Instant>,
    /// What of it has to be of narrower kinds.
    pub parts: Option<Answered<'a>>,
}

/// Which bounds of some evidence are looked at.
#[derive(Clone, Copy, Debug)]
pub enum Look<'s> {
    /// What is accepted.
    Accepted,
    /// As if nothing had happened but what is reported.
    Closed,
    /// What one source says.
    Source(&'s Id),
}

impl Look<'_> {
    /// Looks at them.
    pub fn at<T>(self, asked: &Asked, of: impl FnOnce(&Bounds) -> T) -> T {
        match self {
            Look::Accepted => of(&asked.bounds),
            Look::Closed => of(asked.closed()),
            Look::Source(source) => match asked.alone.iter().find(|(own, ..)| own == source) {
                Some((_, _, bounds)) => of(bounds),
                // Of this one's deeds the source says nothing.
                None => of(&Bounds::of(&Measure::default())),
            },
        }
    }
}

impl Term<'_> {
    fn span<'b>(&'b self, opens: &'b Moments) -> Span<'b> {
        let duty = &self.duty;
        Span { opens, deadline: &duty.deadline, count_from: duty.count_from, binding: duty.binding() }
    }

    /// The statuses that are accepted, at an instant.
    #[must_use]
    pub fn statuses(&self, at: Instant) -> StatusSet {
        self.looked(Look::Accepted, at)
    }

    fn looked(&self, look: Look<'_>, at: Instant) -> StatusSet {
        let own = self.frame(look, at, &(self.need)(at), self.used, &self.duty.opens);
        let rest = self.rest.iter();
        let all = rest.fold(own, |set, (need, used, opens)| set.or(self.frame(look, at, need, *used, opens)));
        let levels = self.levels.iter().map(|(need, opens)| self.frame(look, at, need, self.used, opens));
        let levels: Vec<StatusSet> = levels.collect();
        worst_of([all].into_iter().chain(levels))
    }

    /// With `afterwards`, what earlier instances have used of the performance after this opening lies between nothing and
    /// all that they owe: a sound superset of both.
    fn frame(&self, look: Look<'_>, at: Instant, need: &Need, used: Amount, opens: &Moments) -> StatusSet {
        use model::Status::{Breached, Late, Met};
        let span = self.span(opens);
        let of = |need: &Need| {
            self.doers.statuses(|_, asked| look.at(asked, |bounds| need.statuses(&span, bounds, at)))
        };
        let set = self.with_parts(look, at, opens, of(need));
        let (CountFrom::Opening, Some(Required::AtLeast(in_all))) = (self.duty.count_from, need.is_plain())
        else {
            return set;
        };
        let least = Need::plain(Required::AtLeast(in_all - used));
        let mut both = set.or(self.with_parts(look, at, opens, of(&least)));
        if both.contains(Met) && both.contains(Breached) && used > Amount::ZERO {
            both.insert(Late);
        }
        both
    }

    fn with_parts(&self, look: Look<'_>, at: Instant, opens: &Moments, set: StatusSet) -> StatusSet {
        let Some(parts) = &self.parts else { return set };
        let dues = || -> Vec<Instant> {
            match &self.duty.deadline {
                Deadline::Apart(slots) => {
                    slots.iter().flat_map(|(_, ends)| [ends.first, ends.last]).collect()
                }
                deadline => {
                    let of_span = |span: &Period| [deadline.last(span.first), deadline.last(span.last)];
                    opens.spans.iter().flat_map(of_span).collect()
                }
            }
        };
        let time = (dues().iter().any(|due| at <= *due), dues().iter().any(|due| at > *due));
        look.at(&self.doers.whole, |whole| parts.statuses(whole, look, set, time, at))
    }

    /// From when performance counts, at the earliest.
    fn start(&self) -> Option<Instant> {
        match self.duty.count_from {
            CountFrom::Fixed(from) => Some(from),
            CountFrom::Since(start) => Some(start.earliest),
            CountFrom::Opening => self.duty.opens.spans.first().map(|span| span.first),
        }
    }

    fn amount(&self, bounds: &Bounds, at: Instant) -> Range {
        let Some(from) = self.start() else { return Range::exactly(Amount::ZERO) };
        let mut range = Asked::amount(bounds, from, at.next());
        if let CountFrom::Since(start) = self.duty.count_from {
            range.low = Some(start.low(bounds, at.next()));
        }
        let own = |amount: Amount| (amount - self.used).max(Amount::ZERO);
        let cap = match self.own {
            Some(Required::AtLeast(owed)) => Some(owed),
            _ => None,
        };
        let clamp = |amount: Amount| cap.map_or(own(amount), |cap| own(amount).min(cap));
        Range { low: range.low.map(clamp), high: range.high.map(clamp) }
    }

    /// The instance's row.
    #[must_use]
    pub fn row(&self, at: Instant, provision: &Provision) -> Row {
        let whole = &self.doers.whole;
        let status = self.statuses(at);
        let start = self.start().unwrap_or(at);
        let seen = Period::closed(start, at);
        let contested = self.doers.all().any(|asked| asked.bounds.contested(start, at.next()));
        let by_source = whole.alone.iter().enumerate().filter_map(|(index, (source, _, bounds))| {
            let evidence = seen.map_or_else(Vec::new, |window| whole.claims_of(index, &window));
            (!evidence.is_empty()).then(|| SourceAnswer {
                source: source.clone(),
                amount: self.amount(bounds, at),
                status: self.looked(Look::Source(source), at),
                evidence,
            })
        });
        let need = (self.need)(at);
        let answer = InstanceAnswer {
            key: self.key.clone(),
            window: self.window(),
            required: self.own.map_or_else(|| need.map(), crate::outcome::required_map),
            amount: self.amount(&whole.bounds, at),
            status,
            performed: self.performed(&need, at),
            of_which: self.parts.as_ref().map_or_else(Vec::new, |parts| parts.answers(&whole.bounds, at)),
            by_source: by_source.collect(),
            why: self.why(status, contested, need.unset, at),
            evidence: seen.map_or_else(Vec::new, |window| whole.claims_in(&window)),
            assumptions: whole.assumptions(provision),
        };
        let shown_from = self.shown_from.unwrap_or(start);
        let timeline = changes(self.candidates(at), shown_from, at, |t| self.statuses(t));
        Row { answer, timeline }
    }

    fn performed(&self, need: &Need, at: Instant) -> Moment {
        let (CountFrom::Fixed(_), Some(required)) = (self.duty.count_from, need.is_plain()) else {
            return Moment::default();
        };
        let span = self.span(&self.duty.opens);
        let when = |asked: &Asked| performance(&span.owing(&asked.bounds, required), at, false);
        if self.doers.each.is_empty() {
            return when(&self.doers.whole).answer();
        }
        let each: Vec<Moments> = self.doers.each.iter().map(|(_, asked)| when(asked)).collect();
        Moments::at_least(self.doers.enough, &each).answer()
    }

    fn candidates(&self, at: Instant) -> BTreeSet<Instant> {
        let need = (self.need)(at);
        let required = need.is_plain().unwrap_or(Required::AtLeast(Amount::LEAST));
        let span = self.span(&self.duty.opens);
        let of = |asked: &std::rc::Rc<Asked>| span.owing(&asked.bounds, required).changes(at);
        let mut candidates: BTreeSet<Instant> = self.doers.all().flat_map(of).collect();
        for (_, opens) in &self.levels {
            let level = self.span(opens);
            candidates.extend(level.owing(&self.doers.whole.bounds, required).changes(at));
        }
        candidates.extend(&self.turns);
        candidates
    }

    fn why(&self, status: StatusSet, contested: bool, unset: bool, at: Instant) -> Vec<String> {
        let mut reasons = why(status, || self.looked(Look::Closed, at), contested);
        // Where what the window hangs on may not have come about, that it was not seen to is a reason.
        let unseen = self.duty.opens.never && !self.duty.opens.spans.is_empty();
        if status.len() > 1 && unseen && !reasons.iter().any(|r| r == "unobserved") {
            reasons.retain(|reason| reason != "imprecise");
            reasons.push("unobserved".to_owned());
        }
        if status.len() > 1 && unset {
            reasons.retain(|reason| reason != "imprecise");
            reasons.push("unset".to_owned());
        }
        reasons.sort();
        reasons
    }

    fn window(&self) -> Window {
        let from = self.duty.opens.spans.first().map(|span| span.first);
        let last = self.duty.opens.spans.last().map(|span| self.duty.deadline.last(span.last));
        let end = |last: Instant| match self.duty.deadline {
            Deadline::After(_) => last,
            _ => last.next(),
        };
        Window { from, to: last.filter(|last| *last < Instant::MAX).map(end) }
    }

    /// Whether its set is the smallest that is right, as far as the instance itself tells.
    #[must_use]
    pub fn is_exact(&self, at: Instant) -> bool {
        let set = self.statuses(at);
        let certain = self.duty.certain
            && self.duty.opens.spans.len() + usize::from(self.duty.opens.never) == 1
            && self.duty.opens.spans.iter().all(|span| span.first == span.last);
        let several = self.doers.each.is_empty() || (certain && self.doers.are_independent());
        set.len() == 1
            || (self.rest.is_empty()
                && self.parts.is_none()
                && self.duty.bound.is_none()
                && (self.need)(at).is_sharp()
                && several)
    }
}
