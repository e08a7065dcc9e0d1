//! Shortfalls: what a period lacks may be made up for a time, or is carried over to the next.
//!
//! Invariant: sound. Both rules are monotone: where more was done by every instant of every period, each period is as well off
//! or better. So the world in which each period is as low as its bounds allow throughout, and the one in which each is as
//! high, stand below and above every world.
//!
//! Why, for what is made up: what is done beyond a period's own requirement serves what earlier ones lacked, oldest first, until
//! their time is over; deadlines are in the same order. Let one world do no less than another by every instant of every
//! period. What a period lacks is then no more, what arrives by any instant is no less, and, going from the oldest on, each
//! is served from no later (when the one before it is served or over), so it is served in full no later. For
//! what is carried over: s(k) = max(0, q + s(k−1) − x(k)) falls with every x, and what comes after k grows.
//! Of exactly so much, what is done beyond the requirement and all that it can make up is one too many: it grows with every x
//! likewise. Of at most so much nothing is ever short.
//! The two extremes are worlds where one period at most is uncertain; else the set may be too wide, and is not called exact.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use model::{
    Amount, Duration, Instant, Period, Status, StatusSet,
    agreement::{Required, Spread},
};

use super::{
    Drawn, Plan,
    quota::{Voice, range},
    window::{Window, Windows},
};
use crate::{
    instance::{periodic, worst_of},
    outcome::required_map,
    signal::Truth,
};

/// More ways for the scope to lie than this are not listed.
const LAYOUTS_MAX: usize = 64;
/// More than anyone can do.
const ENDLESS: i64 = i64::MAX / 8;

/// What was done in a period by an instant, at least and at most.
#[derive(Clone, Copy, Debug)]
struct Step {
    by: Instant,
    least: i64,
    most: i64,
}

/// One period under one requirement.
#[derive(Clone, Debug)]
struct Day {
    window: Window,
    owed: i64,
    steps: Vec<Step>,
    /// Whether it is over at the instant asked about.
    over: bool,
    uncertain: bool,
}

impl Day {
    /// The instant with which it is over in scope: a midnight where nothing cuts it. From then on it may be made up.
    fn end(&self) -> Instant {
        self.window.last().next()
    }
}

/// What became of a period in one extreme.
#[derive(Clone, Copy, Debug, Default)]
struct Fate {
    /// What it had to reach by itself, with what was carried over.
    owed: i64,
    /// What it lacked at its end.
    short: i64,
    /// When what it lacked was done.
    good: Option<Instant>,
    /// When more was done than it required and could make up.
    beyond: Option<Instant>,
}

/// A requirement over all periods for one way in which the scope can lie; `None` for periods outside of it.
struct Course {
    required: Required,
    days: Vec<Option<Day>>,
    lowest: Vec<Fate>,
    highest: Vec<Fate>,
}

/// All requirements, for each way in which the scope can lie.
type Courses = Vec<Vec<Course>>;

impl Plan<'_> {
    /// An instance for each period, whose shortfall is made up or carried over. Where the periods may be counted from any of several
    /// days, or the scope may lie in ways that are not listed, it is not told what they have come to.
    pub(super) fn with_shortfalls(&self, spread: &Spread) -> Vec<Drawn> {
        let (Some(first), Some(last)) = (self.periods.first(), self.periods.last()) else {
            return Vec::new();
        };
        let shares = &self.quota.shares;
        let capped = shares.iter().any(|share| !matches!(share.required, Required::AtLeast(_)));
        if self.quota.disjoint && capped {
            return self.all_untold();
        }
        if self.turns.iter().any(|turn| turn.doubtful || turn.open) {
            return self.all_untold();
        }
        let whole = Period { first: first.first, last: last.last };
        let cuts: BTreeSet<Instant> =
            if self.uncertain(&whole) { self.quota.cuts(&whole).collect() } else { BTreeSet::new() };
        let layouts = Windows::of(self.scope, &whole, &cuts);
        if layouts.each.iter().any(|layout| layout.least.is_some()) || layouts.each.len() > LAYOUTS_MAX {
            return self.all_untold();
        }
        let known: RefCell<BTreeMap<Voice, Rc<Courses>>> = RefCell::default();
        let courses = |voice: Voice| -> Rc<Courses> {
            if let Some(courses) = known.borrow().get(&voice) {
                return Rc::clone(courses);
            }
            let each = layouts.each.iter().map(|layout| self.courses(voice, layout, spread));
            let courses = Rc::new(each.collect::<Vec<_>>());
            known.borrow_mut().insert(voice, Rc::clone(&courses));
            courses
        };
        let fused = courses(Voice::All);
        let uncertain =
            fused.iter().flatten().map(|c| c.days.iter().flatten().filter(|d| d.uncertain).count());
        let plain = self.quota.shares.is_empty() && matches!(self.quota.required, Required::AtLeast(_));
        let single = fused.len() == 1 && plain && uncertain.max().unwrap_or(0) < 2;
        let mut drawn = Vec::new();
        for (index, turn) in self.turns.iter().enumerate() {
            let Some(mut slot) = self.slot(turn.date.to_string(), index..index + 1, false) else { continue };
            slot.changes = fused.iter().flatten().flat_map(|course| course.changes(index, spread)).collect();
            let judge = |voice: Voice, at: Instant| {
                let mut set = StatusSet::EMPTY;
                for (layout, window) in courses(voice).iter().zip(&layouts.each) {
                    let each = worst_of(layout.iter().map(|course| course.status(index, spread, at)));
                    set = set.or(self.side_by_side(voice, window, (index, spread), each, at));
                }
                if layouts.doubtful {
                    set.insert(Status::Inactive);
                }
                set
            };
            let mut row = self.quota.row(&slot, self.context.at, &judge);
            if let Some(course) = fused.first().and_then(|layout| layout.first()) {
                let owed = Amount(course.highest[index].owed);
                row.row.answer.required = required_map(course.required.of(owed));
            }
            row.exact = row.row.answer.status.len() < 2 || single;
            drawn.push(row);
        }
        drawn
    }

    /// The whole and each part over the periods, for one way in which the scope can lie.
    fn courses(&self, voice: Voice, layout: &Window, spread: &Spread) -> Vec<Course> {
        let shares = if matches!(voice, Voice::Alone(_)) { &[][..] } else { self.quota.shares };
        let required: Vec<Required> =
            [self.quota.required].into_iter().chain(shares.iter().map(|share| share.required)).collect();
        let mut courses: Vec<Vec<Option<Day>>> = required.iter().map(|_| Vec::new()).collect();
        for period in self.periods {
            let days = self.days(voice, layout, period, &required, spread);
            for (index, course) in courses.iter_mut().enumerate() {
                course.push(days.as_ref().map(|days| days[index].clone()));
            }
        }
        let each = courses.into_iter().zip(required);
        each.map(|(days, required)| Course::run(days, spread, required)).collect()
    }

    /// Statuses with what disjoint parts need together: where so far each period has surely reached all of them side by side,
    /// nothing was ever short; else it may have been, and all that could come of that is possible.
    fn side_by_side(
        &self,
        voice: Voice,
        layout: &Window,
        (index, spread): (usize, &Spread),
        set: StatusSet,
        at: Instant,
    ) -> StatusSet {
        let certain = !self.quota.disjoint
            || matches!(voice, Voice::Alone(_))
            || set == StatusSet::only(Status::Breached);
        let begun = layout.part(&self.periods[index]).filter(|window| window.first() <= at);
        let Some(window) = begun.filter(|_| !certain) else { return set };
        let reached = |period: &Period| {
            let Some(window) = layout.part(period) else { return true };
            let amounts = self.quota.amounts(voice, &window, window.last().min(at));
            let owed = |required| self.quota.owed(required, &window.stretches, std::slice::from_ref(period));
            let met = self.quota.judged(&amounts, |required, view| periodic(owed(required), view, true));
            met == StatusSet::only(Status::Met)
        };
        if self.periods[..=index].iter().all(reached) {
            return set;
        }
        let mut wider = set;
        if window.holds(at).possible() {
            wider.insert(Status::Pending);
        }
        if window.holds(at) != Truth::Yes {
            match spread {
                Spread::MadeUp(length) if at <= window.last().next() + *length => {
                    wider.insert(Status::Pending);
                }
                Spread::MadeUp(_) => wider.insert(Status::Breached),
                _ => [Status::Late, Status::Breached].into_iter().for_each(|status| wider.insert(status)),
            }
        }
        wider
    }

    /// One period under each requirement; none where the scope does not touch it.
    fn days(
        &self,
        voice: Voice,
        layout: &Window,
        period: &Period,
        required: &[Required],
        spread: &Spread,
    ) -> Option<Vec<Day>> {
        let window = layout.part(period).filter(|window| window.first() <= self.context.at)?;
        let at = self.context.at;
        let hull = Period { first: window.first(), last: window.last().min(at) };
        let mut times: BTreeSet<Instant> = self.quota.cuts(&hull).flat_map(|c| [c.previous(), c]).collect();
        // When it matters how much there was: at its end, and when the time of an earlier period that falls into it is over.
        let mut decisive = BTreeSet::from([hull.last]);
        if let Spread::MadeUp(length) = spread {
            let first = self.periods.partition_point(|p| p.last.next() + *length < hull.first);
            let ends =
                self.periods[first..].iter().map_while(|p| Some(layout.part(p)?.last().next() + *length));
            decisive.extend(ends.take_while(|end| *end <= hull.last));
        }
        times.insert(hull.first);
        times.extend(&decisive);
        times.retain(|t| hull.first <= *t && *t <= hull.last);
        let mut days: Vec<Day> = required
            .iter()
            .map(|required| Day {
                window: window.clone(),
                owed: self.quota.owed(*required, &window.stretches, std::slice::from_ref(period)).amount().0,
                steps: Vec::with_capacity(times.len()),
                over: window.holds(at) == Truth::No,
                uncertain: false,
            })
            .collect();
        for by in times {
            let amounts = self.quota.amounts(voice, &window, by);
            for (day, views) in days.iter_mut().zip([&amounts.total].into_iter().chain(&amounts.parts)) {
                let hull = range(views);
                let last = day.steps.last().copied();
                let step = Step {
                    by,
                    least: hull.low.map_or(0, |low| low.0).max(last.map_or(0, |l| l.least)),
                    most: hull.high.map_or(ENDLESS, |high| high.0).max(last.map_or(0, |l| l.most)),
                };
                day.uncertain |= step.least != step.most && decisive.contains(&by);
                day.steps.push(step);
            }
        }
        Some(days)
    }
}

fn least(step: &Step) -> i64 {
    step.least
}

fn most(step: &Step) -> i64 {
    step.most
}

impl Course {
    fn run(days: Vec<Option<Day>>, spread: &Spread, required: Required) -> Course {
        let run = |pick: fn(&Step) -> i64, least_short: i64| match spread {
            _ if matches!(required, Required::AtMost(_)) => capped(&days, pick),
            Spread::MadeUp(length) => made_up(&days, pick, *length),
            _ => carried(&days, pick, least_short),
        };
        // In the highest world a period that lacks nothing can, in a lower one, lack the least there is and be good at once.
        let (lowest, highest) = (run(least, 0), run(most, Amount::LEAST.0));
        Course { required, lowest, highest, days }
    }

    /// Where the statuses of a period can change after it.
    fn changes(&self, index: usize, spread: &Spread) -> Vec<Instant> {
        let Some(day) = &self.days[index] else { return Vec::new() };
        let mut changes: Vec<Instant> = vec![day.window.last().next()];
        let fates = [&self.lowest, &self.highest].map(|fates| fates[index]);
        changes.extend(fates.into_iter().flat_map(|fate| [fate.good, fate.beyond]).flatten());
        if let Spread::MadeUp(length) = spread {
            changes.push((day.end() + *length).next());
        }
        changes
    }

    /// The statuses of a period; one too many is a breach from then on.
    fn status(&self, index: usize, spread: &Spread, at: Instant) -> StatusSet {
        let set = self.as_least(index, spread, at);
        let beyond = |fate: &Fate| fate.beyond.is_some_and(|first| first <= at);
        match self.required {
            Required::AtLeast(_) => set,
            _ if set == StatusSet::only(Status::Inactive) => set,
            _ if beyond(&self.lowest[index]) => StatusSet::only(Status::Breached),
            _ if beyond(&self.highest[index]) => set.or(StatusSet::only(Status::Breached)),
            _ => set,
        }
    }

    fn as_least(&self, index: usize, spread: &Spread, at: Instant) -> StatusSet {
        let Some(day) = self.days[index].as_ref().filter(|day| day.window.first() <= at) else {
            return StatusSet::only(Status::Inactive);
        };
        let (low, high) = (&self.lowest[index], &self.highest[index]);
        let mut set = StatusSet::EMPTY;
        let mut insert = |status: Status, possible: bool| {
            if possible {
                set.insert(status);
            }
        };
        if matches!(self.required, Required::AtMost(_)) {
            insert(Status::Pending, day.window.holds(at).possible());
            insert(Status::Met, day.window.holds(at) != Truth::Yes);
            return set;
        }
        let done_by = |fate: &Fate| fate.good.is_some_and(|good| good <= at);
        if day.window.holds(at).possible() {
            let step = day.steps.partition_point(|step| step.by <= at).checked_sub(1).map(|i| day.steps[i]);
            let (least, most) = step.map_or((0, ENDLESS), |step| (step.least, step.most));
            insert(Status::Met, most >= high.owed);
            insert(Status::Pending, least < low.owed);
        } else if let Spread::MadeUp(length) = spread {
            let otherwise = if at <= day.end() + *length { Status::Pending } else { Status::Breached };
            for fate in [low, high] {
                let met = fate.short == 0 || done_by(fate);
                insert(if met { Status::Met } else { otherwise }, true);
            }
            if self.entangled(index, *length) {
                insert(otherwise, true);
                insert(Status::Met, self.may_exceed(index, *length, at));
            }
        } else {
            insert(Status::Met, high.short == 0);
            insert(Status::Late, low.short > 0 && done_by(high));
            insert(Status::Breached, low.short > 0 && !done_by(low));
        }
        set
    }
}

impl Course {
    /// Whether an older period may take what makes this one up: which of the two gets it hangs on what was done by when, which
    /// is in doubt, so that neither the most nor the least there can be is the worst for it.
    fn entangled(&self, index: usize, length: Duration) -> bool {
        let Some(day) = &self.days[index] else { return false };
        let end = day.end();
        let older = self.days[..index].iter().zip(&self.lowest).rev();
        let mut in_reach =
            older.take_while(|(older, _)| older.as_ref().is_none_or(|older| older.end() + length >= end));
        // Once it is made up, come what may, nothing later matters.
        let good = self.lowest[index].good.zip(self.highest[index].good).map(|(one, other)| one.max(other));
        let until = good.unwrap_or(Instant::MAX).min(end + length);
        let later = self.days[index + 1..].iter().flatten();
        self.lowest[index].short > 0
            && in_reach.any(|(_, fate)| fate.short > 0)
            && later.take_while(|later| later.window.first() <= until).any(|later| later.uncertain)
    }

    /// Whether more than they owe may have been done in the periods in which it can be made up.
    fn may_exceed(&self, index: usize, length: Duration, at: Instant) -> bool {
        let Some(day) = &self.days[index] else { return false };
        let until = at.min(day.end() + length);
        let later = self.days[index + 1..].iter().flatten();
        let exceeds = |day: &Day| day.steps.last().is_some_and(|step| step.most > day.owed);
        later.take_while(|later| later.window.first() <= until).any(exceeds)
    }
}

/// What became of each period of which nothing is short.
fn capped(days: &[Option<Day>], pick: fn(&Step) -> i64) -> Vec<Fate> {
    let fate = |day: &Option<Day>| {
        let Some(day) = day else { return Fate::default() };
        let beyond = day.steps.iter().find(|step| pick(step) > day.owed).map(|step| step.by);
        Fate { owed: day.owed, beyond, ..Fate::default() }
    };
    days.iter().map(fate).collect()
}

/// What became of each period where what it lacked may be made up.
fn made_up(days: &[Option<Day>], pick: fn(&Step) -> i64, length: Duration) -> Vec<Fate> {
    let mut fates = vec![Fate::default(); days.len()];
    let mut lacking: VecDeque<(usize, i64, Instant)> = VecDeque::new();
    for (index, day) in days.iter().enumerate() {
        let Some(day) = day else { continue };
        fates[index].owed = day.owed;
        let mut beyond = 0;
        for step in &day.steps {
            while lacking.front().is_some_and(|(.., deadline)| *deadline < step.by) {
                lacking.pop_front();
            }
            let so_far = (pick(step) - day.owed).max(0);
            let mut arrived = so_far - beyond;
            beyond = so_far;
            while let Some((oldest, lacks, _)) = lacking.front_mut().filter(|_| arrived > 0) {
                let given = arrived.min(*lacks);
                (*lacks, arrived) = (*lacks - given, arrived - given);
                if *lacks == 0 {
                    fates[*oldest].good = Some(step.by);
                    lacking.pop_front();
                }
            }
            if arrived > 0 {
                fates[index].beyond = fates[index].beyond.or(Some(step.by));
            }
        }
        let short = day.owed - day.steps.last().map_or(0, pick);
        if day.over && short > 0 {
            fates[index].short = short;
            lacking.push_back((index, short, day.end() + length));
        }
    }
    fates
}

/// What became of each period where what it lacks is carried over. It is good once so much was done after it, or `least_short`
/// where that is more.
fn carried(days: &[Option<Day>], pick: fn(&Step) -> i64, least_short: i64) -> Vec<Fate> {
    let mut fates = vec![Fate::default(); days.len()];
    let mut running: Vec<(Instant, i64)> = Vec::new();
    let mut at_end: Vec<(usize, i64)> = Vec::new();
    let (mut carry, mut before) = (0_i64, 0_i64);
    for (index, day) in days.iter().enumerate() {
        let Some(day) = day else { continue };
        let done = day.steps.last().map_or(0, pick);
        let owed = day.owed.saturating_add(carry);
        running.extend(day.steps.iter().map(|step| (step.by, before.saturating_add(pick(step)))));
        before = before.saturating_add(done);
        carry = if day.over { (owed - done).max(0) } else { 0 };
        let beyond = day.steps.iter().find(|step| pick(step) > owed).map(|step| step.by);
        fates[index] = Fate { owed, short: carry, good: None, beyond };
        at_end.push((index, before));
    }
    for (index, reached) in at_end {
        let wanted = reached.saturating_add(fates[index].short.max(least_short));
        let first = running.partition_point(|(_, amount)| *amount < wanted);
        fates[index].good = running.get(first).map(|(by, _)| *by);
    }
    fates
}
