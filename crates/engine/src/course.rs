//! What was done to the agreement from outside, in order of time: suspensions, endings, extensions, waivers, certificates
//! (spec/meaning.md §8).
//!
//! Invariant: sound. In every world each exercise that had effect is one of the effects, within its times; an effect that is
//! certain came about in every world.

use model::{
    Id, Instant, Period, StatusSet,
    agreement::{Binding, Condition, Provision, Target},
    answer::Finding,
};

use crate::{
    conditions::{Context, NotComputed},
    exercise::Length,
    moments::Moments,
    recurring::Way,
    signal::{Signal, Truth},
};

/// Something that was done to the agreement, or may have been.
#[derive(Clone, Debug)]
pub struct Effect {
    /// What it was done to.
    pub target: Target,
    /// When.
    pub when: Period,
    /// Whether it was in every world.
    pub certain: bool,
    /// What.
    pub what: What,
}

/// What was done.
#[derive(Clone, Debug)]
pub enum What {
    /// Duties stand still for a time.
    Suspended(Stretch),
    /// It is over.
    Ended,
    /// A phase lasts longer.
    Extended {
        /// By this much at most.
        by: Length,
        /// By this much at least, and at most, where the exercise says so.
        says: Option<(Length, Length)>,
        /// Any number of times.
        several: bool,
    },
    /// It is owed no more.
    Waived,
    /// A milestone is taken as reached.
    Certified,
}

/// How long a suspension lasts, and for whom.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The first tick after it, at the earliest.
    pub earliest: Instant,
    /// The first tick after it, at the latest; `Instant::MAX` where it may last for ever.
    pub latest: Instant,
    /// Whose duties; none where it is everyone's.
    pub whose: Option<Vec<Id>>,
    /// Deadlines stand still meanwhile.
    pub clocks_stop: bool,
    /// Which power it was, to count what is left of it.
    pub power: usize,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// In order of the first instant at which each can have been.
    pub effects: Vec<Effect>,
    /// What was resumed, and when: where that is in doubt, it may have been after what is suspended later in the list.
    pub resumed: Vec<(Target, Period)>,
    /// What there is to say of exercises that had no effect, or less than they say.
    pub findings: Vec<Finding>,
}

impl Course {
    /// Whether anything was done to a provision, or to some of those who owe it.
    #[must_use]
    pub fn touches(&self, provision: &Provision) -> bool {
        self.effects.iter().any(|effect| touches(&effect.target, provision))
    }

    /// Whether a phase may be ended by a termination.
    #[must_use]
    pub fn may_end(&self, phase: &Id) -> bool {
        self.effects.iter().any(|effect| matches!(effect.what, What::Ended) && is_of(effect, phase))
    }
}

impl Effect {
    /// Whether there is no doubt that it was, nor when.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let whole = match &self.what {
            What::Suspended(stretch) => stretch.earliest == stretch.latest,
            What::Extended { says, several, .. } => !several && says.as_ref().is_none_or(|(a, b)| a == b),
            What::Ended | What::Waived | What::Certified => true,
        };
        self.certain && self.when.first == self.when.last && whole
    }

    /// When it came about.
    #[must_use]
    pub fn moments(&self) -> Moments {
        Moments { spans: vec![self.when], never: !self.certain }
    }

    /// The ticks in which it may be a suspension, and those in which it must.
    #[must_use]
    pub fn suspends(&self) -> Option<(Period, Option<Period>)> {
        let What::Suspended(stretch) = &self.what else { return None };
        let may = Period::closed(self.when.first, stretch.latest.previous())?;
        let must = Period::closed(self.when.last, stretch.earliest.previous()).filter(|_| self.certain);
        Some((may, must))
    }
}

/// Whether a condition is about being in a phase.
fn within(condition: &Condition, phase: &Id) -> bool {
    match condition {
        Condition::During(id) => id == phase,
        Condition::All(of) | Condition::Any(of) | Condition::AtLeast(_, of) => {
            of.iter().any(|inner| within(inner, phase))
        }
        _ => false,
    }
}

/// Whether it is about a phase, alone or with the whole agreement.
fn is_of(effect: &Effect, phase: &Id) -> bool {
    effect.target == Target::Phase(phase.clone()) || effect.target == Target::Agreement
}

/// Whether what is done to something is done to a provision.
fn touches(target: &Target, provision: &Provision) -> bool {
    match target {
        Target::Agreement => true,
        Target::Phase(phase) => within(&provision.while_, phase),
        Target::Provision(id) => *id == provision.id,
        Target::Milestone(_) => false,
    }
}

impl Context<'_> {
    /// What was done to a provision, in order. What several owe, but not each for himself, is touched where all of them are.
    ///
    /// # Errors
    /// Where it was done to some alone of those who each owe it for himself.
    pub fn effects_on(&self, provision: &Provision) -> Result<Vec<&Effect>, NotComputed> {
        let mut found = Vec::new();
        // One of several who is looked at alone is still one of them.
        let declared = self.agreement.provisions.iter().find(|own| own.id == provision.id);
        let several = declared.filter(|own| own.binding != Binding::Each && own.bearers.len() > 1);
        let bearers = several.map_or(&provision.bearers, |own| &own.bearers);
        for effect in self.course.effects.iter().filter(|effect| touches(&effect.target, provision)) {
            if let What::Suspended(Stretch { whose: Some(whose), .. }) = &effect.what {
                let bound = bearers.iter().filter(|bearer| whose.contains(bearer)).count();
                if bound == 0 || several.is_some() && bound < bearers.len() {
                    continue;
                }
                if bound < bearers.len() {
                    return Err(NotComputed(
                        "a suspension of the duties of some of those who owe it".to_owned(),
                    ));
                }
            }
            found.push(effect);
        }
        Ok(found)
    }

    /// The suspensions of a provision.
    ///
    /// # Errors
    /// As for all effects.
    pub fn suspensions_of(&self, provision: &Provision) -> Result<Vec<&Effect>, NotComputed> {
        let mut effects = self.effects_on(provision)?;
        effects.retain(|effect| matches!(effect.what, What::Suspended(_)));
        Ok(effects)
    }

    /// When a milestone is certified.
    #[must_use]
    pub fn certificate(&self, milestone: &Id) -> Moments {
        let of_it = |effect: &&Effect| {
            matches!(effect.what, What::Certified) && effect.target == Target::Milestone(milestone.clone())
        };
        let all = self.course.effects.iter().filter(of_it);
        all.fold(Moments::never(), |so_far, effect| so_far.either(&effect.moments()))
    }

    /// When a provision is ended by a termination.
    #[must_use]
    pub fn termination(&self, provision: &Provision) -> Moments {
        let of_it =
            |effect: &&Effect| matches!(effect.what, What::Ended) && touches(&effect.target, provision);
        let all = self.course.effects.iter().filter(of_it);
        all.fold(Moments::never(), |so_far, effect| so_far.either(&effect.moments()))
    }

    /// The end of a phase that would end at `ends`, as suspensions, extensions and endings have it; `lasts` where time ends it.
    #[must_use]
    pub fn moved_end(&self, phase: &Id, began: &Moments, ends: Moments, lasts: bool) -> Moments {
        let mut ends = ends;
        let begun = began.spans.first().map_or(Instant::MAX, |span| span.first);
        let surely = began.spans.last().map_or(Instant::MAX, |span| span.last);
        for effect in self.course.effects.iter().filter(|effect| is_of(effect, phase)) {
            ends = match &effect.what {
                What::Ended => ends.either(&effect.moments()),
                What::Extended { by, says, several } if lasts => {
                    self.longer(&ends, effect, *by, *says, *several)
                }
                What::Suspended(stretch) if lasts && stretch.clocks_stop => {
                    let least = Still::least(&[effect]);
                    let most = Still::most(&[effect]);
                    let spans = ends.spans.iter().map(|span| Period {
                        first: moved_end(span.first, surely, &least),
                        last: moved_end(span.last, begun, &most),
                    });
                    let all = spans.map(|span| Moments { spans: vec![span], never: false });
                    all.fold(Moments { spans: Vec::new(), never: ends.never }, |so_far, span| {
                        so_far.or(&span)
                    })
                }
                _ => ends,
            };
        }
        ends
    }

    /// Whether something may have moved the end of a phase that lasts a time.
    #[must_use]
    pub fn is_longer(&self, phase: &Id) -> bool {
        let moves = |effect: &Effect| match &effect.what {
            What::Suspended(stretch) => stretch.clocks_stop,
            What::Extended { .. } => true,
            What::Ended | What::Waived | What::Certified => false,
        };
        self.course.effects.iter().any(|effect| is_of(effect, phase) && moves(effect))
    }

    /// The ends of a phase's terms, where the first would be at `end`: each extension makes one more. Each way in which they can
    /// lie, as far as those are no more than `most`.
    #[must_use]
    pub fn ends_of_terms(&self, phase: &Id, began: Instant, end: Instant, most: usize) -> Vec<Way> {
        let mut ways: Vec<Way> = vec![(vec![end], false)];
        for effect in self.course.effects.iter().filter(|effect| is_of(effect, phase)) {
            let room = ways.len() < most;
            let each = ways.into_iter().flat_map(|way| self.with_effect(way, effect, began, room));
            ways = each.collect();
            ways.sort_unstable();
            ways.dedup();
        }
        ways
    }

    /// One way with what was done, and without it where that is in doubt.
    fn with_effect(&self, way: Way, effect: &Effect, began: Instant, room: bool) -> Vec<Way> {
        let (ends, open) = way;
        let Some(last) = ends.last().copied().filter(|_| !open) else { return vec![(ends, open)] };
        // What may have moved in ways that are not told apart.
        let unknown = || {
            let passed = ends.iter().copied().filter(|end| *end <= effect.when.first);
            vec![(passed.collect(), true)]
        };
        match &effect.what {
            What::Suspended(stretch) if stretch.clocks_stop => {
                if last <= effect.when.first {
                    return vec![(ends, false)];
                }
                if effect.when.first < effect.when.last || stretch.earliest < stretch.latest {
                    return unknown();
                }
                let still = Still::most(&[effect]);
                let later = ends.iter().map(|end| moved_end(*end, began, &still)).collect();
                match (effect.certain, room) {
                    (true, _) => vec![(later, false)],
                    (false, true) => vec![(later, false), (ends, false)],
                    (false, false) => unknown(),
                }
            }
            What::Extended { by, says, several } => {
                if last < effect.when.first {
                    return vec![(ends, false)];
                }
                let sure = effect.certain && effect.when.last <= last;
                let (least, most) = says.unwrap_or((*by, *by));
                if *several || least != most || !sure && !room {
                    return vec![(ends, true)];
                }
                let end = self.added(last, least).min(self.added(last, *by));
                let more = ends.iter().copied().chain([end]).collect();
                if sure { vec![(more, false)] } else { vec![(more, false), (ends, false)] }
            }
            _ => vec![(ends, false)],
        }
    }

    /// Each span of the end, with the extension and without it, as it may have come in time.
    fn longer(
        &self,
        ends: &Moments,
        effect: &Effect,
        by: Length,
        says: Option<(Length, Length)>,
        several: bool,
    ) -> Moments {
        let (least, most) = says.unwrap_or((by, by));
        let mut all = Moments { spans: Vec::new(), never: ends.never };
        for span in &ends.spans {
            let in_time = span.last >= effect.when.first;
            if in_time {
                let from = span.first.max(effect.when.first);
                let first = self.added(from, least).min(self.added(from, by));
                let last = self.added(span.last, most).min(self.added(span.last, by));
                let last = if several { Instant::MAX } else { last };
                all = all.or(&Moments { spans: vec![Period { first, last }], never: false });
            }
            if !in_time || !effect.certain || effect.when.last > span.first {
                let last =
                    if effect.certain { span.last.min(effect.when.last.previous()) } else { span.last };
                let kept = if in_time { Period::closed(span.first, last) } else { Some(*span) };
                all = all.or(&Moments { spans: kept.into_iter().collect(), never: false });
            }
        }
        all
    }

    /// An end, later by a length.
    fn added(&self, end: Instant, by: Length) -> Instant {
        let zone = &self.agreement.timezone;
        match by {
            Length::Time(length) => end + length,
            Length::Months(months) => {
                use jiff::ToSpan;
                let day = end.date(zone);
                let into = end.0 - Instant::start_of(day, zone).0;
                let later = day.checked_add(i64::from(months).months());
                later.map_or(Instant::MAX, |later| Instant(Instant::start_of(later, zone).0 + into))
            }
        }
    }
}

/// Ticks in which deadlines are held up: the first, the tick after the last, and whether clocks stand still.
pub type Still = (Instant, Instant, bool);

/// Makes the stretches of time of suspensions.
pub trait Stretches: Sized {
    /// What is suspended in every world.
    fn least(effects: &[&Effect]) -> Vec<Self>;
    /// What is suspended in some world.
    fn most(effects: &[&Effect]) -> Vec<Self>;
}

impl Stretches for Still {
    fn least(effects: &[&Effect]) -> Vec<Still> {
        union(effects, |effect| effect.suspends()?.1)
    }

    fn most(effects: &[&Effect]) -> Vec<Still> {
        union(effects, |effect| effect.suspends().map(|(may, _)| may))
    }
}

/// The stretches, joined where those of a kind meet: a clock that stands still cannot stand still twice.
fn union(effects: &[&Effect], stretch: impl Fn(&Effect) -> Option<Period>) -> Vec<Still> {
    let mut all: Vec<(bool, Period)> = Vec::new();
    for effect in effects {
        if let (What::Suspended(kind), Some(period)) = (&effect.what, stretch(effect)) {
            all.push((kind.clocks_stop, period));
        }
    }
    all.sort_unstable();
    let mut joined: Vec<(bool, Period)> = Vec::new();
    for (stop, period) in all {
        match joined.last_mut() {
            Some((kind, last)) if *kind == stop && period.first <= last.last.next() => {
                last.last = last.last.max(period.last);
            }
            _ => joined.push((stop, period)),
        }
    }
    let mut still: Vec<Still> = joined.iter().map(|(stop, p)| (p.first, p.last.next(), *stop)).collect();
    still.sort_unstable();
    still
}

/// A deadline of a window that opened at `opened`, as suspensions move it; `runs` where it is so long after something.
#[must_use]
pub fn moved(deadline: Instant, opened: Instant, runs: bool, still: &[Still]) -> Instant {
    let mut deadline = deadline;
    for (from, until, stop) in still {
        if deadline < *from || deadline == Instant::MAX {
            continue;
        }
        if *stop && runs {
            let lost = until.0.saturating_sub((*from).max(opened).0).max(0);
            deadline = if *until == Instant::MAX && opened < *until {
                Instant::MAX
            } else {
                Instant(deadline.0.saturating_add(lost))
            };
        } else {
            deadline = deadline.max(*until);
        }
    }
    deadline
}

/// The end of a phase, the first tick after it: what begins at that tick comes too late to move it.
fn moved_end(end: Instant, began: Instant, still: &[Still]) -> Instant {
    match moved(end.previous(), began, true, still) {
        _ if end == Instant::MAX => end,
        Instant::MAX => Instant::MAX,
        last => last.next(),
    }
}

/// Whether something is suspended, at each instant.
#[must_use]
pub fn suspended(effects: &[&Effect]) -> Signal {
    let each = effects.iter().filter_map(|effect| effect.suspends()).map(|(may, must)| {
        let cell = |period: Period, truth: Truth| {
            Signal::of([(period.first, truth), (period.last.next(), Truth::No)])
        };
        let certain = must.map(|must| cell(must, Truth::Yes));
        Signal::any(&[Some(cell(may, Truth::Perhaps)), certain].into_iter().flatten().collect::<Vec<_>>())
    });
    Signal::any(&each.collect::<Vec<_>>())
}

/// What statuses of before can have become, of those that hold now where nothing more can change but that what was breached is done late.
#[must_use]
pub fn kept(before: StatusSet, now: StatusSet, absorbing: bool) -> StatusSet {
    use model::Status::{Breached, Excused, Late, Met};
    let mut reach: StatusSet =
        before.iter().filter(|s| matches!(s, Met | Late | Breached | Excused)).collect();
    if reach.contains(Breached) {
        reach.insert(Late);
    }
    if !absorbing && (reach.contains(Met) || reach.contains(Late)) {
        reach.insert(Breached);
        reach.insert(Late);
    }
    now.iter().filter(|status| reach.contains(*status)).collect()
}
