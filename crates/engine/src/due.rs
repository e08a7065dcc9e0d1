//! Deadlines: when a window opens, and the last tick that is in time (spec/meaning.md §4).
//!
//! Invariant: where the end does not follow from the opening alone, each way in which both can come about is in some
//! slot of [`Deadline::Apart`].

use model::{
    Duration, Instant, Period,
    agreement::{Condition, Due, Provision, Required},
};

use crate::{
    bound::Binding,
    bounds::Bounds,
    conditions::{Context, NotComputed},
    course::{Effect, Still, Stretches, moved},
    instance::{CountFrom, Deadline, Single},
    moments::{Moments, Start},
    signal::{Signal, Truth},
};

/// More ways of several deadlines than this, and they are taken as one.
const SLOTS_MAX: usize = 1024;

/// When a window opens and when it ends, at the earliest and at the latest.
type Slot = (Period, Period);

/// A duty with one window, apart from what was done.
pub struct Duty {
    /// When its window can open.
    pub opens: Moments,
    /// When it is due.
    pub deadline: Deadline,
    /// From when performance counts.
    pub count_from: CountFrom,
    /// When it binds, and when the agreement entered into force; none where it binds throughout and all of it is plain.
    pub bound: Option<(Signal, Start)>,
    /// Whether nothing of this is in doubt beyond the opening.
    pub certain: bool,
}

impl Duty {
    /// It, with what can have been performed and what is owed.
    #[must_use]
    pub fn single<'a>(&'a self, bounds: &'a Bounds, required: Required) -> Single<'a> {
        Single {
            bounds,
            opens: &self.opens,
            deadline: &self.deadline,
            count_from: self.count_from,
            required,
            binding: self.binding(),
        }
    }

    /// When it binds, where that is not throughout.
    #[must_use]
    pub fn binding(&self) -> Option<Binding<'_>> {
        self.bound.as_ref().map(|(holds, entry)| Binding { holds, entry: *entry })
    }
}

impl Context<'_> {
    /// A duty of a provision with this deadline.
    ///
    /// # Errors
    /// When something that its scope, deadline or start hangs on is not computed.
    pub fn duty(
        &self,
        provision: &Provision,
        due: &Due,
        not_before: Option<&Condition>,
    ) -> Result<Duty, NotComputed> {
        let suspensions = self.suspensions_of(provision)?;
        let (opens, deadline) = self.started(provision, self.window(due, &suspensions)?)?;
        let start = self.start(not_before)?;
        // What has not come about by now counts nothing up to now.
        let later = self.at.next();
        let start = if start.earliest > later { Start::at(later) } else { start };
        let in_force = self.agreement.in_force;
        let throughout = provision.while_ == Condition::InForce && provision.terms.unless.is_none();
        let follows = match &deadline {
            Deadline::Apart(_) => false,
            Deadline::Fixed(last) => *last >= in_force,
            _ => true,
        };
        let after_entry = opens.spans.first().is_none_or(|span| span.first >= in_force);
        let certain_entry = self.agreement.entry.is_none();
        if throughout && follows && after_entry && certain_entry && start.certain() {
            let count_from = CountFrom::Fixed(start.earliest);
            return Ok(Duty { opens, deadline, count_from, bound: None, certain: true });
        }
        let entry = Start::of(&self.entry()?);
        let holds = self.scope(&provision.while_, provision.terms.unless.as_ref())?.holds;
        let known = Period::closed(in_force, self.at);
        let doubtful =
            known.is_some_and(|known| holds.cells_in(&known).any(|(_, truth)| truth == Truth::Perhaps));
        let plain = match &deadline {
            Deadline::Apart(slots) => {
                slots.iter().all(|(opens, ends)| opens.first == opens.last && ends.first == ends.last)
            }
            _ => true,
        };
        let certain = !doubtful && plain && start.certain() && entry.certain();
        Ok(Duty {
            opens,
            deadline,
            count_from: CountFrom::Since(start),
            bound: Some((holds, entry)),
            certain,
        })
    }

    /// An answer within some time of what it answers; `later` are the openings of those after it for which it stands too.
    ///
    /// # Errors
    /// When entry into force is not computed, or it is suspended for some of those who owe it alone.
    pub fn answer<'m>(
        &self,
        provision: &Provision,
        opens: &'m Moments,
        later: impl Iterator<Item = &'m Moments>,
        within: Option<Duration>,
        count_from: CountFrom,
    ) -> Result<Duty, NotComputed> {
        let deadline = within.map_or(Deadline::Open, Deadline::After);
        let suspensions = self.suspensions_of(provision)?;
        if suspensions.is_empty() {
            return Ok(Duty { opens: opens.clone(), deadline, count_from, bound: None, certain: true });
        }
        let all = later.fold(opens.clone(), |all, later| all.or(later));
        let entry = self.entry()?;
        let bound = Some((Signal::since(&entry), Start::of(&entry)));
        let deadline = shifted(&all, deadline, &suspensions);
        Ok(Duty { opens: opens.clone(), deadline, count_from, bound, certain: false })
    }

    /// The deadline of a duty and the instants at which its window can open.
    ///
    /// # Errors
    /// When what it hangs on is not computed.
    pub fn window(&self, due: &Due, suspensions: &[&Effect]) -> Result<(Moments, Deadline), NotComputed> {
        self.window_as_amended(due, self.own_window(due, suspensions)?)
    }

    /// A window that does not open before what starts two duties in step; its end stays where it is, and it does not open after that.
    fn started(
        &self,
        provision: &Provision,
        (opens, deadline): (Moments, Deadline),
    ) -> Result<(Moments, Deadline), NotComputed> {
        let Some(starts) = provision.terms.in_step.as_ref().and_then(|step| step.starts.as_ref()) else {
            return Ok((opens, deadline));
        };
        let starts = self.first(starts)?;
        if opens.spans.iter().all(|span| starts.certain_by(span.first)) {
            return Ok((opens, deadline));
        }
        let joint = opens.both(&starts);
        let opens_in_time = |last: Instant| joint.spans.iter().all(|span| span.last <= last);
        if matches!(deadline, Deadline::Open)
            || matches!(deadline, Deadline::Fixed(last) if opens_in_time(last))
        {
            return Ok((joint, deadline));
        }
        let later = |one: Period, other: &Period| Period {
            first: one.first.max(other.first),
            last: one.last.max(other.last),
        };
        let own = slots(&opens, &deadline).into_iter().flatten();
        let mut ways: Vec<Option<Slot>> = own
            .flat_map(|(opens, ends)| starts.spans.iter().map(move |span| Some((later(opens, span), ends))))
            .collect();
        if ways.len() > SLOTS_MAX {
            ways = as_one(&ways);
        }
        Ok((joint, Deadline::Apart(ways.into_iter().flatten().collect())))
    }

    fn own_window(&self, due: &Due, suspensions: &[&Effect]) -> Result<(Moments, Deadline), NotComputed> {
        let zone = || self.agreement.timezone.clone();
        let (opens, deadline) = match due {
            Due::Within(length, after) => (self.first(after)?, Deadline::After(*length)),
            Due::EndOfDayAfter(days, after) => (self.first(after)?, Deadline::EndOfDay(*days, zone())),
            Due::MonthsAfter(months, after) => (self.first(after)?, Deadline::Months(*months, zone())),
            Due::By(last) => (self.entry()?, Deadline::Fixed(*last)),
            Due::Open => (self.entry()?, Deadline::Open),
            Due::Before(condition) => {
                let (entry, end) = (self.entry()?, self.first(condition)?);
                let slots = self.before(&entry, &end);
                (entry, Deadline::Apart(slots))
            }
            Due::Latest(all) => return self.several(all, suspensions, |one, other| one.max(other)),
            Due::Earliest(all) => return self.several(all, suspensions, |one, other| one.min(other)),
        };
        let deadline = shifted(&opens, deadline, suspensions);
        Ok((opens, deadline))
    }

    /// From entry into force to the tick before something comes about; for good where it does not.
    fn before(&self, entry: &Moments, end: &Moments) -> Vec<Slot> {
        let last = |span: &Period| Period { first: span.first.previous(), last: span.last.previous() };
        let mut ends: Vec<Period> = end.spans.iter().map(last).collect();
        ends.extend(end.never.then_some(Period::at(Instant::MAX)));
        entry.spans.iter().flat_map(|opens| ends.iter().map(|end| (*opens, *end))).collect()
    }

    /// Several deadlines as one: it opens with the first of them, and what has not opened has no end yet.
    fn several(
        &self,
        all: &[Due],
        suspensions: &[&Effect],
        choose: fn(Instant, Instant) -> Instant,
    ) -> Result<(Moments, Deadline), NotComputed> {
        let mut ways: Vec<Option<Slot>> = Vec::new();
        for (index, due) in all.iter().enumerate() {
            let (opens, deadline) = self.window(due, suspensions)?;
            let own = slots(&opens, &deadline);
            if index == 0 {
                ways = own;
                continue;
            }
            let joined = |a: &Option<Slot>, b: &Option<Slot>| join(a, b, choose);
            ways = ways.iter().flat_map(|a| own.iter().map(move |b| joined(a, b))).collect();
            ways.sort_unstable();
            ways.dedup();
            if ways.len() > SLOTS_MAX {
                ways = as_one(&ways);
            }
        }
        let never = ways.contains(&None);
        let slots: Vec<Slot> = ways.into_iter().flatten().collect();
        let nothing = Moments { spans: Vec::new(), never: false };
        let opens = slots
            .iter()
            .fold(nothing, |opens, (span, _)| opens.or(&Moments { spans: vec![*span], never: false }));
        Ok((Moments { never, ..opens }, Deadline::Apart(slots)))
    }
}

/// A deadline as suspensions move it: at the least by what is suspended in every world, at the most by what may be.
#[must_use]
pub fn shifted(opens: &Moments, deadline: Deadline, suspensions: &[&Effect]) -> Deadline {
    if suspensions.is_empty() || matches!(deadline, Deadline::Open) {
        return deadline;
    }
    let (least, most) = (Still::least(suspensions), Still::most(suspensions));
    let runs = matches!(deadline, Deadline::After(_));
    let before = matches!(deadline, Deadline::Apart(_));
    let move_slot = |(opens, ends): Slot| {
        let first = if before { ends.first } else { moved(ends.first, opens.first, runs, &least) };
        (opens, Period { first, last: moved(ends.last, opens.last, runs, &most) })
    };
    Deadline::Apart(slots(opens, &deadline).into_iter().flatten().map(move_slot).collect())
}

/// Each way in which a window can open and end; none where it does not open.
fn slots(opens: &Moments, deadline: &Deadline) -> Vec<Option<Slot>> {
    let mut slots: Vec<Option<Slot>> = match deadline {
        Deadline::Apart(slots) => slots.iter().copied().map(Some).collect(),
        _ => opens
            .spans
            .iter()
            .map(|span| {
                Some((*span, Period { first: deadline.last(span.first), last: deadline.last(span.last) }))
            })
            .collect(),
    };
    slots.extend(opens.never.then_some(None));
    slots
}

fn join(a: &Option<Slot>, b: &Option<Slot>, choose: fn(Instant, Instant) -> Instant) -> Option<Slot> {
    let end = |slot: &Option<Slot>| slot.map_or(Period::at(Instant::MAX), |(_, end)| end);
    let opens = match (a, b) {
        (None, None) => return None,
        (Some((opens, _)), None) | (None, Some((opens, _))) => *opens,
        (Some((one, _)), Some((other, _))) => {
            Period { first: one.first.min(other.first), last: one.last.min(other.last) }
        }
    };
    let (a, b) = (end(a), end(b));
    Some((opens, Period { first: choose(a.first, b.first), last: choose(a.last, b.last) }))
}

/// All of them as one way, with the one that it does not open.
fn as_one(ways: &[Option<Slot>]) -> Vec<Option<Slot>> {
    let wider = |a: Period, b: Period| Period { first: a.first.min(b.first), last: a.last.max(b.last) };
    let all = ways.iter().copied().flatten();
    let hull = all.reduce(|(opens, ends), (more, end)| (wider(opens, more), wider(ends, end)));
    [hull].into_iter().chain(ways.contains(&None).then_some(None)).collect()
}

/// The conditions that a deadline counts from.
#[must_use]
pub fn hangs_on(due: &Due) -> Vec<&Condition> {
    match due {
        Due::Within(_, after) | Due::EndOfDayAfter(_, after) | Due::MonthsAfter(_, after) => vec![after],
        Due::Before(condition) => vec![condition],
        Due::Latest(all) | Due::Earliest(all) => all.iter().flat_map(hangs_on).collect(),
        Due::By(_) | Due::Open => Vec::new(),
    }
}
