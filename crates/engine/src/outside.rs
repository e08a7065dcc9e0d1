//! What becomes of a provision's instances by what was done to it from outside: suspended, lapsed, excused
//! (spec/meaning.md §8).
//!
//! Invariant: sound. For each instant at which it may have been done, how an instance stood at the tick before decides what it
//! becomes.

use model::{
    Instant, Period, Status, StatusSet,
    agreement::{Binding, Cycle, PartLot, Provision, Required, Rule, Spread},
};

use crate::{
    conditions::{Context, NotComputed},
    course::{Effect, What, kept},
    instance::worst_of,
    outcome::{Outcome, Row},
    precedence::split,
};

/// What kind of instances a provision has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Each has its window, which is there from the beginning.
    Window,
    /// Each is there once it is triggered.
    Answer,
    /// Each is a period.
    Turn,
    /// It is forbidden as long as it lasts: ended unviolated it is met.
    Keeping,
    /// A state that is kept as long as it lasts: ended it has lapsed, as any duty.
    Holding,
}

impl Kind {
    /// Whether every tick is judged by itself.
    fn by_the_tick(self) -> bool {
        matches!(self, Kind::Keeping | Kind::Holding)
    }
}

fn kind(rule: &Rule) -> Kind {
    match rule {
        Rule::Once { .. } | Rule::Schedule { .. } => Kind::Window,
        Rule::Exchange { .. } => Kind::Answer,
        Rule::Periodic { .. } | Rule::State { quiet: Some(_), .. } => Kind::Turn,
        Rule::Prohibition { .. } | Rule::Answerable { .. } => Kind::Keeping,
        Rule::State { .. } => Kind::Holding,
    }
}

/// Whether one that is met stays so whatever is done.
fn absorbing(rule: &Rule) -> bool {
    match rule {
        Rule::Once { required, .. } => matches!(required, Required::AtLeast(_)),
        Rule::Periodic { required, shares, .. } => {
            let least = |required: &Required| matches!(required, Required::AtLeast(_));
            least(required) && shares.iter().all(|share| least(&share.required))
        }
        Rule::Exchange { .. } => true,
        Rule::Schedule { .. } | Rule::Prohibition { .. } | Rule::Answerable { .. } | Rule::State { .. } => {
            false
        }
    }
}

/// Applies all that was done to a provision, in order.
///
/// # Errors
/// For combinations that are not computed.
pub fn apply(context: &Context<'_>, provision: &Provision, outcome: &mut Outcome) -> Result<(), NotComputed> {
    let effects = context.effects_on(provision)?;
    if effects.is_empty() {
        return Ok(());
    }
    let (kind, absorbing) = (kind(&provision.rule), absorbing(&provision.rule));
    let changes = |effect: &&&Effect| matches!(effect.what, What::Suspended(_) | What::Ended);
    let cut = is_cut(&provision.rule);
    let vague = begins_in_doubt(context, &provision.rule)?;
    if kind == Kind::Window || kind.by_the_tick() {
        for (_, row) in &mut outcome.rows {
            from_the_start(row, context.agreement.in_force.min(context.at));
        }
    }
    let before: Vec<StatusSet> = outcome.rows.iter().map(|(_, row)| row.answer.status).collect();
    for effect in effects.iter().filter(changes) {
        if matches!(effect.what, What::Ended) && effect.certain && matches!(kind, Kind::Turn | Kind::Answer) {
            outcome
                .rows
                .retain(|(_, row)| row.timeline.first().is_none_or(|(first, _)| *first < effect.when.last));
        }
        let stood = stood_before(outcome, effect, context.at);
        for (_, row) in &mut outcome.rows {
            let stood = row.timeline.clone();
            change(row, effect, kind, absorbing, context.at);
            if vague {
                // It may have begun after what was done was over.
                row.each_set(context.at, &|at, set| set.or(Line(stood.clone()).during(at, at).0));
            }
            if cut && matches!(effect.what, What::Ended) {
                cut_short(row, effect, context.at);
            }
        }
        by_bearer(outcome, effect, kind, stood, context.at);
    }
    if let Some(effect) = effects.iter().find(changes).filter(|_| opens_by_itself(provision)) {
        let turns = [effect.when.first];
        outcome.rows.iter_mut().for_each(|(_, row)| split(row, &turns));
        outcome
            .each_set(context.at, |at, set| if at < effect.when.first { set } else { set.or(any_window()) });
    }
    let waivers = effects.iter().filter(|effect| matches!(effect.what, What::Waived));
    for effect in waivers {
        let turns = [effect.when.first, effect.when.last];
        outcome.rows.iter_mut().for_each(|(_, row)| split(row, &turns));
        outcome.each_set(context.at, |at, set| waived(effect, at, set));
    }
    if provision.binding != Binding::Each {
        // What several owe together each of them has.
        let whole = worst_of(outcome.rows.iter().map(|(_, row)| row.answer.status));
        outcome.by_bearer.iter_mut().for_each(|bearer| bearer.status = whole);
    }
    let plain = effects.iter().all(|effect| effect.is_plain());
    let single = outcome.rows.iter().all(|(_, row)| row.answer.status.len() < 2);
    let same = outcome.rows.iter().map(|(_, row)| row.answer.status).eq(before);
    outcome.exact &= single || plain && same;
    for (_, row) in &mut outcome.rows {
        if row.answer.status.len() > 1 && row.answer.why.is_empty() {
            let certain = effects.iter().all(|effect| effect.certain);
            row.answer.why = vec![if certain { "imprecise" } else { "contested" }.to_owned()];
        }
        if row.answer.status.len() < 2 {
            row.answer.why.clear();
        }
    }
    Ok(())
}

/// Whether it is of the terms of a phase, and when the first of them began is in doubt.
fn begins_in_doubt(context: &Context<'_>, rule: &Rule) -> Result<bool, NotComputed> {
    let Rule::Periodic { cycle: Cycle::Term(phase), .. } = rule else { return Ok(false) };
    let (began, _) = context.phase(phase)?;
    Ok(began.never || began.spans.len() > 1 || began.spans.iter().any(|span| span.first < span.last))
}

/// Whether its windows open by themselves, one part after the other: what a suspension moves of that is not told.
fn opens_by_itself(provision: &Provision) -> bool {
    provision.terms.part_lot == Some(PartLot::Proportion)
}

/// Whatever a window can have come to.
pub fn any_window() -> StatusSet {
    use Status::{Breached, Inactive, Lapsed, Late, Met, Pending, Suspended};
    [Inactive, Pending, Met, Late, Breached, Suspended, Lapsed].into_iter().collect()
}

/// Whether what is owed in the period in which it is ended is less than in a whole one.
fn is_cut(rule: &Rule) -> bool {
    matches!(rule, Rule::Periodic { spread, pro_rata, .. } if *spread != Spread::Alone || *pro_rata)
}

/// What of it was owed when it ended may have been reached; and what was done afterwards makes nothing good.
fn cut_short(row: &mut Row, effect: &Effect, at: Instant) {
    let running = row.answer.window.to.is_none_or(|to| to > effect.when.first);
    row.each_set(at, &|at, set| {
        let mut set = set;
        if at >= effect.when.first {
            if running && set.contains(Status::Lapsed) {
                set.insert(Status::Met);
            }
            if set.contains(Status::Late) {
                set.insert(Status::Breached);
            }
        }
        set
    });
}

/// Before its first tick in scope it is inactive.
fn from_the_start(row: &mut Row, start: Instant) {
    if row.timeline.first().is_none_or(|(first, _)| *first > start) {
        row.timeline.insert(0, (start, StatusSet::only(Status::Inactive)));
    }
}

/// The statuses of an instance over time.
struct Line(Vec<(Instant, StatusSet)>);

impl Line {
    /// Each set that it has in some tick of a stretch, and whether it is there at all.
    fn during(&self, first: Instant, last: Instant) -> (StatusSet, bool) {
        let from = self.0.partition_point(|(start, _)| *start <= first).saturating_sub(1);
        let cells = self.0[from.min(self.0.len())..].iter().take_while(|(start, _)| *start <= last);
        let absent = self.0.first().is_none_or(|(start, _)| *start > first);
        (cells.fold(StatusSet::EMPTY, |all, (_, set)| all.or(*set)), absent)
    }
}

fn change(row: &mut Row, effect: &Effect, kind: Kind, absorbing: bool, at: Instant) {
    let Some((first, _)) = row.timeline.first().copied() else { return };
    let mut line = Line(row.timeline.clone());
    if kind == Kind::Window || kind.by_the_tick() {
        line.0.insert(0, (Instant::MIN, StatusSet::only(Status::Inactive)));
    }
    let window = match kind {
        Kind::Turn => {
            let from = row.answer.window.from.unwrap_or(first);
            let to = row.answer.window.to.map_or(Instant::MAX, Instant::previous);
            Period { first: from, last: to.max(from) }
        }
        _ => Period { first, last: Instant::MAX },
    };
    let mut turns = vec![effect.when.first, effect.when.last];
    if let What::Suspended(stretch) = &effect.what {
        turns.extend([stretch.earliest, stretch.latest]);
    }
    let around = turns.iter().flat_map(|t| [t.previous(), *t, t.next()]);
    let mut turns: Vec<Instant> = around.filter(|t| *t <= at).collect();
    turns.sort_unstable();
    split(row, &turns);
    row.each_set(at, &|at, now| match &effect.what {
        What::Suspended(_) if kind == Kind::Turn => turned(&line, effect, &window, at, now),
        What::Suspended(_) => stilled(&line, effect, kind, absorbing, at, now),
        _ => ended(&line, effect, kind, at, now),
    });
}

/// The ticks before those at which it may have been done by an instant.
fn ticks_before(effect: &Effect, at: Instant) -> Option<Period> {
    Period::closed(effect.when.first.previous(), effect.when.last.min(at).previous())
}

/// In a suspension: what was met, late or breached before it is what it is, all else is suspended.
fn stilled(
    line: &Line,
    effect: &Effect,
    kind: Kind,
    absorbing: bool,
    at: Instant,
    now: StatusSet,
) -> StatusSet {
    let Some((may, must)) = effect.suspends() else { return now };
    let inside = |period: &Period| period.first <= at && at <= period.last;
    if !inside(&may) {
        return now;
    }
    let mut set = StatusSet::EMPTY;
    if let Some(ticks) = ticks_before(effect, at) {
        let (before, _) = line.during(ticks.first, ticks.last);
        set = kept(before, now, absorbing);
        let open = before.is_empty() || before.iter().any(|status| !settled(status));
        // What nothing has triggered is no instance, and cannot be suspended.
        let none =
            |status: Status| status == Status::Lapsed || kind == Kind::Answer && status == Status::Inactive;
        let there = now.iter().any(|status| !none(status));
        if open && there {
            set.insert(Status::Suspended);
        }
        if kind == Kind::Answer && now.contains(Status::Inactive) {
            set.insert(Status::Inactive);
        }
        if kind.by_the_tick() && before.contains(Status::Met) {
            set.insert(Status::Met);
        }
        if now.contains(Status::Lapsed) {
            set.insert(Status::Lapsed);
        }
    }
    if must.is_some_and(|must| inside(&must)) { set } else { set.or(now) }
}

fn settled(status: Status) -> bool {
    matches!(status, Status::Met | Status::Late | Status::Breached | Status::Excused | Status::Lapsed)
}

/// A period that a suspension touches is met if reached, else suspended; one breached before it stays so.
fn turned(line: &Line, effect: &Effect, window: &Period, at: Instant, now: StatusSet) -> StatusSet {
    let Some((may, must)) = effect.suspends() else { return now };
    let touched = |period: &Period| period.and(window).filter(|both| both.first <= at);
    if touched(&may).is_none() {
        return now;
    }
    let mut set = StatusSet::EMPTY;
    if let Some(ticks) = ticks_before(effect, at) {
        let (before, absent) = line.during(ticks.first, ticks.last);
        set = now.iter().filter(|s| *s == Status::Met || *s == Status::Inactive).collect();
        let fell = |status: Status| matches!(status, Status::Breached | Status::Late);
        if before.iter().any(fell) {
            set = set.or(now.iter().filter(|s| matches!(s, Status::Breached | Status::Late)).collect());
        }
        if now.contains(Status::Lapsed) {
            set.insert(Status::Lapsed);
        }
        let open = absent || before.iter().any(|status| !fell(status) && status != Status::Lapsed);
        if open && now.iter().any(|s| !matches!(s, Status::Met | Status::Inactive | Status::Lapsed)) {
            set.insert(Status::Suspended);
        }
    }
    let certain = must.is_some_and(|must| touched(&must).is_some());
    if certain { set } else { set.or(now) }
}

/// What was open has lapsed, and a prohibition that nothing violated is met; what is not there yet will not be.
fn ended(line: &Line, effect: &Effect, kind: Kind, at: Instant, now: StatusSet) -> StatusSet {
    let Some(ticks) = ticks_before(effect, at).filter(|_| at >= effect.when.first) else { return now };
    let (before, absent) = line.during(ticks.first, ticks.last);
    let mut set = kept(before, now, true);
    if before.contains(Status::Met) {
        set.insert(Status::Met);
    }
    for status in before.iter().filter(|status| !settled(*status) || *status == Status::Lapsed) {
        set.insert(match (kind, status) {
            (Kind::Keeping, Status::Inactive) | (Kind::Turn, Status::Inactive) => Status::Inactive,
            (Kind::Keeping, Status::Pending | Status::Suspended) => Status::Met,
            _ => Status::Lapsed,
        });
        if kind == Kind::Answer && status == Status::Inactive {
            set.insert(Status::Inactive);
        }
    }
    if absent {
        set.insert(Status::Inactive);
    }
    if effect.certain && at >= effect.when.last { set } else { set.or(now) }
}

fn waived(effect: &Effect, at: Instant, now: StatusSet) -> StatusSet {
    if at < effect.when.first {
        return now;
    }
    let open = |status: &Status| matches!(status, Status::Pending | Status::Breached);
    let excused: StatusSet =
        now.iter().map(|status| if open(&status) { Status::Excused } else { status }).collect();
    if effect.certain && at >= effect.when.last { excused } else { excused.or(now) }
}

/// How a provision stood at the ticks before those at which it may have been done.
fn stood_before(outcome: &Outcome, effect: &Effect, at: Instant) -> StatusSet {
    let Some(ticks) = ticks_before(effect, at) else { return StatusSet::EMPTY };
    let begun = |row: &Row| row.timeline.first().is_some_and(|(first, _)| *first <= ticks.last);
    let rows = outcome.rows.iter().map(|(_, row)| row).filter(|row| begun(row));
    let before = |row: &Row| {
        let (set, absent) = Line(row.timeline.clone()).during(ticks.first, ticks.last);
        if absent { set.or(StatusSet::only(Status::Inactive)) } else { set }
    };
    let all = rows.fold(StatusSet::EMPTY, |all, row| all.or(before(row)));
    if all.is_empty() { StatusSet::only(Status::Inactive) } else { all }
}

/// Where bearers have statuses of their own, and no line of time: of what is kept, what stands now tells how it stood, and what
/// of the whole was not there yet was not there for anyone.
fn by_bearer(outcome: &mut Outcome, effect: &Effect, kind: Kind, stood: StatusSet, at: Instant) {
    let whole = outcome.rows.iter().fold(StatusSet::EMPTY, |all, (_, row)| all.or(row.answer.status));
    let single = outcome.by_bearer.len() == 1;
    for bearer in &mut outcome.by_bearer {
        if single {
            bearer.status = worst_of(outcome.rows.iter().map(|(_, row)| row.answer.status));
            continue;
        }
        let inside = |period: &Period| period.first <= at && at <= period.last;
        let may = match &effect.what {
            What::Suspended(_) => effect.suspends().is_some_and(|(may, _)| inside(&may)),
            _ => effect.when.first <= at,
        };
        if !may {
            continue;
        }
        let breached = bearer.status.contains(Status::Breached);
        let must = effect.certain
            && effect.when.last <= at
            && effect.suspends().is_none_or(|(_, must)| must.is_some_and(|must| inside(&must)));
        if must && kind.by_the_tick() {
            let suspends = matches!(effect.what, What::Suspended(_));
            let open = match kind {
                _ if suspends => Status::Suspended,
                Kind::Holding => Status::Lapsed,
                _ => Status::Met,
            };
            let stays = !suspends && kind == Kind::Keeping;
            let not_yet = stays && stood.contains(Status::Inactive);
            let begun = !stays || stood != StatusSet::only(Status::Inactive);
            let over = open == Status::Lapsed && stood.contains(Status::Met);
            let unviolated = bearer.status != StatusSet::only(Status::Breached);
            bearer.status = [
                (Status::Breached, breached && begun),
                (open, begun && unviolated),
                (Status::Met, over && unviolated),
                (Status::Inactive, not_yet && (unviolated || !begun)),
            ]
            .into_iter()
            .filter(|(_, may)| *may)
            .map(|(status, _)| status)
            .collect();
        } else {
            bearer.status = bearer.status.or(whole);
        }
    }
}
