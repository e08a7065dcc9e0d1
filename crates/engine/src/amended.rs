//! Amendments: what of the text before one stands under the text after it (spec/meaning.md §8).
//!
//! Invariant: before an amendment takes effect everything is as without it; what was decided then stands, unless the
//! amendment cures it; all else is what the changed text makes of it.

use std::collections::BTreeSet;

use model::{
    Id, Instant, Period, Status, StatusSet,
    agreement::{Amendment, Change, Condition, Due, Provision, Rule, Target},
    answer::{BearerAnswer, Count},
};

use crate::{
    binding::shared,
    conditions::{Context, NotComputed},
    dues,
    instance::{Deadline, worst_of},
    moments::Moments,
    outcome::{Outcome, Row},
    precedence::split,
    signal::Signal,
    texts::Text,
    touched::deadline_hangs_on,
};

/// What an amendment changes, seen from the text as it left it.
pub struct Amended<'a> {
    before: &'a Context<'a>,
    amendment: &'a Amendment,
    effect: &'a Moments,
    reached: BTreeSet<Target>,
}

impl<'a> Amended<'a> {
    /// The changes that an amendment made to the text before it.
    #[must_use]
    pub fn of(text: &'a Text, before: Option<&'a Context<'a>>) -> Option<Self> {
        let ((amendment, effect), before) = (text.last.as_ref()?, before?);
        Some(Amended { before, amendment, effect, reached: text.reached() })
    }

    fn changes(&self, target: &Target) -> impl Iterator<Item = &Change> {
        let changes = self.amendment.changes.iter();
        changes.filter(move |(on, _)| on == target).map(|(_, change)| change)
    }

    /// When something comes about that came about at `before` without it and at `own` with it: what came about before its
    /// effect stands, and nothing comes about before it by it. What can be `again` has its own instant even then, if that
    /// is later than the effect.
    fn moved(&self, before: &Moments, own: &Moments, again: bool) -> Moments {
        let latest = self.effect.latest().unwrap_or(Instant::MAX);
        let done = before.certain_by(self.earliest().previous());
        let stands = !again || self.effect.never || own.possible_by(latest);
        let moves = if again { !(done && own.certain_by(self.earliest())) } else { !done };
        let mut result = Moments { spans: Vec::new(), never: false };
        if stands {
            let never = Moments { spans: before.spans.clone(), never: false };
            result = result.or(&never.by(latest.previous()));
        }
        if moves {
            result = result.or(&own.both(self.effect));
        }
        let unmoved = self.effect.never && before.never;
        result.never = (own.never || unmoved) && (again || !done);
        result
    }

    /// Whether it changed who owes something.
    fn binds_others(&self) -> bool {
        self.amendment.changes.iter().any(|(_, change)| matches!(change, Change::Bearer(..)))
    }

    /// The first instant at which it can have taken effect.
    fn earliest(&self) -> Instant {
        self.effect.spans.first().map_or(Instant::MAX, |span| span.first)
    }

    /// The instant at which it took effect, where that is certain.
    fn certain(&self) -> Option<Instant> {
        self.effect.latest().filter(|latest| *latest == self.earliest())
    }
}

impl Context<'_> {
    /// Whether an amendment changed a provision, or something that it hangs on.
    pub(crate) fn is_amended(&self, id: &Id) -> bool {
        self.reached_by_amendment(&Target::Provision(id.clone()))
    }

    /// Whether an amendment changed its own text.
    pub(crate) fn is_changed(&self, id: &Id) -> bool {
        self.amended.as_ref().is_some_and(|amended| {
            let target = Target::Provision(id.clone());
            amended.changes(&target).next().is_some() || amended.before.is_changed(id)
        })
    }

    /// Likewise of anything.
    pub(crate) fn reached_by_amendment(&self, target: &Target) -> bool {
        self.amended.as_ref().is_some_and(|amended| {
            amended.reached.contains(target) || amended.before.reached_by_amendment(target)
        })
    }

    /// What an amendment left of the beginning of a phase, whose own text makes it `own`.
    pub(crate) fn begun_as_amended(&self, id: &Id, own: Moments) -> Result<Moments, NotComputed> {
        let target = Target::Phase(id.clone());
        let Some(amended) = &self.amended else { return Ok(own) };
        if !amended.changes(&target).any(|change| matches!(change, Change::Begins(_))) {
            return Ok(own);
        }
        let before = amended.before.beginning(id)?;
        Ok(amended.moved(&before, &own, false).by(self.at))
    }

    /// Likewise of its end.
    pub(crate) fn ended_as_amended(&self, id: &Id, own: Moments) -> Result<Moments, NotComputed> {
        let target = Target::Phase(id.clone());
        let Some(amended) = &self.amended else { return Ok(own) };
        if amended.changes(&target).next().is_none() {
            return Ok(own);
        }
        let (_, before) = amended.before.phase(id)?;
        Ok(amended.moved(&before, &own, true).by(self.at))
    }

    /// Whether a phase is on, at each instant: until an amendment changed it, as without that.
    pub(crate) fn during_as_amended(&self, id: &Id, own: Signal) -> Result<Signal, NotComputed> {
        let target = Target::Phase(id.clone());
        let Some(amended) = &self.amended else { return Ok(own) };
        if amended.changes(&target).next().is_none() {
            return Ok(own);
        }
        let before = amended.before.state(&Condition::During(id.clone()))?;
        let since = Signal::since(amended.effect);
        Ok(Signal::any(&[Signal::all(&[before, since.not()]), Signal::all(&[own, since])]))
    }

    /// A window as an amendment left it: where inner deadlines stay, one that had opened before keeps its end.
    pub(crate) fn window_as_amended(
        &self,
        due: &Due,
        own: (Moments, Deadline),
    ) -> Result<(Moments, Deadline), NotComputed> {
        let stays = |amended: &&Amended<'_>| {
            !amended.amendment.inner_deadlines_move && deadline_hangs_on(due, &amended.reached)
        };
        let Some(amended) = self.amended.as_ref().filter(stays) else { return Ok(own) };
        let (opens, deadline) = amended.before.window(due, &[])?;
        let slots = |opens: &Moments, deadline: &Deadline| match deadline {
            Deadline::Apart(slots) => slots.clone(),
            _ => {
                let end = |span: &Period| Period {
                    first: deadline.last(span.first),
                    last: deadline.last(span.last),
                };
                opens.spans.iter().map(|span| (*span, end(span))).collect()
            }
        };
        let (old, new) = (slots(&opens, &deadline), slots(&own.0, &own.1));
        if old == new {
            return Ok(own);
        }
        let latest = amended.effect.latest().unwrap_or(Instant::MAX);
        let opened = old.into_iter().filter_map(|(opens, ends)| {
            let before = Period::closed(opens.first, opens.last.min(latest.previous()))?;
            Some((before, ends))
        });
        let later = new.into_iter().filter_map(|(opens, ends)| {
            let after = Period::closed(opens.first.max(amended.earliest()), opens.last)?;
            Some((after, ends))
        });
        let slots: Vec<(Period, Period)> = opened.chain(later).collect();
        let none = Moments { spans: Vec::new(), never: own.0.never && opens.never };
        let span = |(span, _): &(Period, Period)| Moments { spans: vec![*span], never: false };
        let opens = slots.iter().map(span).fold(none, |all, one| all.or(&one));
        Ok((opens, Deadline::Apart(slots)))
    }

    /// A provision's instances where an amendment reached it; none where none did.
    pub(crate) fn outcome_as_amended(&self, provision: &Provision) -> Option<Result<Outcome, NotComputed>> {
        let amended = self.amended.as_ref()?;
        let target = Target::Provision(provision.id.clone());
        if !amended.reached.contains(&target) {
            // Its own text is the same, and so is all that it hangs on: an earlier amendment may have reached it.
            return amended
                .before
                .is_amended(&provision.id)
                .then(|| dues::outcome(amended.before, provision));
        }
        Some(self.across(amended, provision))
    }

    fn across(&self, amended: &Amended<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
        let found = amended.before.agreement.provisions.iter().find(|p| p.id == provision.id);
        let Some(before) = found else { return dues::unamended(self, provision) };
        let removed = amended
            .changes(&Target::Provision(provision.id.clone()))
            .any(|change| *change == Change::Removed);
        let none = || Ok(Outcome::default());
        if !by_the_tick(provision) {
            let old = amended.before.outcome(before);
            let old = old.as_ref().as_ref().map_err(NotComputed::clone)?;
            let new = if removed { none() } else { dues::unamended(self, provision) }?;
            let mut joined = self.joined(amended, old, new, removed, false);
            if joined.by_bearer.is_empty() && amended.binds_others() {
                let status = worst_of(joined.rows.iter().map(|(_, row)| row.answer.status));
                joined.by_bearer = shared(provision, status.or(StatusSet::only(Status::Inactive)));
            }
            return Ok(joined);
        }
        let bound = |provision: &Provision, more: Condition| Provision {
            while_: Condition::All(vec![provision.while_.clone(), more]),
            ..provision.clone()
        };
        // Where it is in doubt from when on, each text is asked of all time.
        let effect = amended.certain();
        let own_old = effect.map_or_else(
            || before.clone(),
            |effect| bound(before, Condition::Not(Box::new(Condition::From(effect)))),
        );
        let own_new =
            effect.map_or_else(|| provision.clone(), |effect| bound(provision, Condition::From(effect)));
        let old = dues::outcome(amended.before, &own_old)?;
        let new = if removed { none() } else { dues::unamended(self, &own_new) }?;
        let cured = amended.amendment.past_breaches_cured;
        let mut joined = self.joined(amended, &old, new, removed, true);
        if !cured {
            joined.violations = both(old.violations, joined.violations);
            for bearer in &mut joined.by_bearer {
                if let Some(past) = old.by_bearer.iter().find(|past| past.party == bearer.party) {
                    bearer.violations = both(past.violations, bearer.violations);
                }
            }
        }
        if effect.is_none() {
            joined.violations.certain = 0;
            joined.by_bearer.iter_mut().for_each(|bearer| bearer.violations.certain = 0);
            let unviolated = [Status::Inactive, Status::Pending, Status::Met];
            let all: StatusSet =
                old.rows.iter().fold(StatusSet::EMPTY, |all, (_, row)| all.or(row.answer.status));
            self.widened(amended, &mut joined, all.or(unviolated.into_iter().collect()));
        } else if self.termination(provision).possible_by(self.at) {
            // What was ended before the change had begun by the new text too.
            let ended =
                if matches!(provision.rule, Rule::State { .. }) { Status::Lapsed } else { Status::Met };
            self.widened(amended, &mut joined, StatusSet::only(ended));
        }
        if matches!(provision.rule, Rule::State { .. }) {
            // What was over by the old text when the change came was kept, though the new text never bound.
            let idle = |set: StatusSet| set.contains(Status::Inactive);
            joined.each_set(self.at, |at, set| {
                if at >= amended.earliest() && idle(set) { set.or(StatusSet::only(Status::Met)) } else { set }
            });
            joined.exact &= joined.rows.iter().all(|(_, row)| row.answer.status.len() < 2);
        }
        Ok(joined)
    }

    /// From the first instant on at which an amendment can have taken effect, each instance may also be one of these.
    fn widened(&self, amended: &Amended<'_>, outcome: &mut Outcome, more: StatusSet) {
        let earliest = amended.earliest();
        outcome.rows.iter_mut().for_each(|(_, row)| split(row, &[earliest]));
        outcome.each_set(self.at, |at, set| if at < earliest { set } else { set.or(more) });
        for (_, row) in outcome.rows.iter_mut().filter(|(_, row)| row.answer.status.len() > 1) {
            if row.answer.why.is_empty() {
                row.answer.why = vec!["imprecise".to_owned()];
            }
        }
        outcome.exact &= outcome.rows.iter().all(|(_, row)| row.answer.status.len() < 2);
    }

    /// The instances under the old text and under the new one as one.
    fn joined(
        &self,
        amended: &Amended<'_>,
        old: &Outcome,
        mut new: Outcome,
        removed: bool,
        tick: bool,
    ) -> Outcome {
        let others = amended.binds_others();
        let mut later: Vec<(Id, Row)> = std::mem::take(&mut new.rows);
        let mut all = Outcome { exact: old.exact && new.exact, ..new };
        all.findings.extend(old.findings.iter().cloned());
        all.conflicts.extend(old.conflicts.iter().cloned());
        for (bearer, row) in &old.rows {
            // Where others are bound, what one owed another owes.
            let same =
                |(of, other): &(Id, Row)| (others || of == bearer) && other.answer.key == row.answer.key;
            let found = later.iter().position(same).map(|index| later.remove(index).1);
            let Some((row, exact)) = self.row(amended, Some(row), found.as_ref(), tick) else { continue };
            all.exact &= exact;
            all.rows.push((bearer.clone(), row));
        }
        // What was over before the change is not judged by it.
        let over = |row: &Row| row.answer.window.to.is_some_and(|to| to <= amended.earliest());
        for (bearer, row) in later.into_iter().filter(|(_, row)| !over(row)) {
            let Some((row, exact)) = self.row(amended, None, Some(&row), tick) else { continue };
            all.exact &= exact;
            all.rows.push((bearer, row));
        }
        let now = worst_of(all.rows.iter().map(|(_, row)| row.answer.status));
        let theirs = if removed { &old.by_bearer } else { &all.by_bearer };
        let joined = theirs.iter().map(|theirs| {
            let past = old.by_bearer.iter().find(|past| past.party == theirs.party).map(|past| past.status);
            let breach = StatusSet::only(Status::Breached);
            let breached =
                past.filter(|past| past.includes(breach) && !amended.amendment.past_breaches_cured);
            let status = match breached {
                // Whose an instance is that one owed by the old text, and another owes by the new one, is not told.
                _ if others && !tick => theirs.status.or(now).or(StatusSet::only(Status::Inactive)),
                Some(past) if past == breach => past,
                _ if all.rows.len() == 1 && (removed || !tick) => now,
                Some(_) => theirs.status.or(breach),
                None if tick => theirs.status,
                None => past.map_or(theirs.status, |past| theirs.status.or(past)).or(now),
            };
            BearerAnswer { status, ..theirs.clone() }
        });
        all.by_bearer = joined.collect();
        all
    }

    /// One instance under both, and whether no more is left open than each leaves by itself.
    fn row(
        &self,
        amended: &Amended<'_>,
        old: Option<&Row>,
        new: Option<&Row>,
        tick: bool,
    ) -> Option<(Row, bool)> {
        let past = old.map_or(&[][..], |row| &row.timeline);
        let next = new.map_or(&[][..], |row| &row.timeline);
        let (earliest, latest) = (amended.earliest(), amended.effect.latest().unwrap_or(Instant::MAX));
        let status = |at: Instant| {
            let mut set = if at < latest { standing(past, at) } else { StatusSet::EMPTY };
            if at < earliest {
                return set;
            }
            // What stood just before, whenever that was.
            let last = latest.previous().min(at);
            let between = past.iter().filter(|(from, _)| earliest <= *from && *from <= last);
            let stood = between.map(|(_, set)| *set).chain([standing(past, earliest.previous())]);
            for stood in stood {
                let changed = new.map(|_| standing(next, at));
                set = set.or(after(amended, stood, standing(past, at), changed, tick));
            }
            set
        };
        let mut turns: Vec<Instant> = past.iter().chain(next).map(|(from, _)| *from).collect();
        turns.extend(amended.effect.spans.iter().flat_map(|span| [span.first, span.last]));
        turns.sort_unstable();
        turns.dedup();
        let mut timeline: Vec<(Instant, StatusSet)> = Vec::new();
        for turn in turns.into_iter().filter(|turn| *turn <= self.at) {
            let set = status(turn);
            if !set.is_empty() && timeline.last().is_none_or(|(_, last)| *last != set) {
                timeline.push((turn, set));
            }
        }
        let stood = standing(past, earliest.previous());
        let decided = stood.iter().filter(|status| is_decided(*status)).count();
        let certain = amended.certain().is_some() && (decided == 0 || decided == stood.len() && decided == 1);
        let now = timeline.last().map_or(StatusSet::only(Status::Inactive), |(_, set)| *set);
        let stands = decided > 0 && decided == stood.len();
        let shown = if stands { old.or(new) } else { new.or(old) };
        let mut answer = shown?.answer.clone();
        answer.status = now;
        let mut why: BTreeSet<String> = BTreeSet::new();
        if now.len() > 1 {
            why.extend(old.iter().chain(&new).flat_map(|row| row.answer.why.iter().cloned()));
            if why.is_empty() || amended.certain().is_none() {
                why.insert("unobserved".to_owned());
            }
        }
        answer.why = why.into_iter().collect();
        Some((Row { answer, timeline }, certain || now.len() == 1))
    }
}

/// What an instance that stood so just before the change is afterwards: `unchanged` it would be, and `changed` it is by the
/// new text, if that has it.
fn after(
    amended: &Amended<'_>,
    stood: StatusSet,
    unchanged: StatusSet,
    changed: Option<StatusSet>,
    tick: bool,
) -> StatusSet {
    let cured = amended.amendment.past_breaches_cured;
    let by_new_text = match changed {
        None if stood.is_empty() => StatusSet::EMPTY,
        None => StatusSet::only(Status::Inactive),
        Some(changed) if changed.is_empty() && !stood.is_empty() => StatusSet::only(Status::Inactive),
        Some(changed) => changed,
    };
    // Of what is judged tick by tick only a violation is past.
    let decided = |status: &Status| if tick { *status == Status::Breached } else { is_decided(*status) };
    let open = stood.is_empty() || !stood.iter().all(|status| decided(&status));
    let mut set = if open { by_new_text } else { StatusSet::EMPTY };
    let still =
        |of: &[Status]| -> StatusSet { unchanged.iter().filter(|status| of.contains(status)).collect() };
    for status in stood.iter().filter(decided) {
        set = set.or(match status {
            Status::Breached if cured && tick && changed.is_some() => by_new_text,
            Status::Breached if cured => StatusSet::only(Status::Excused),
            Status::Breached => still(&[Status::Breached, Status::Late, Status::Excused]),
            // One more than exactly so many is a breach of what was met.
            Status::Met => still(&[Status::Met, Status::Breached, Status::Late, Status::Excused]),
            // What was excused goes on by the old text, by which it may bind no more.
            Status::Excused => still(&[Status::Excused, Status::Met, Status::Late, Status::Inactive]),
            other => StatusSet::only(other),
        });
    }
    set
}

/// Whether each tick is judged by the text of that tick: what is forbidden, and what is to be kept so.
fn by_the_tick(provision: &Provision) -> bool {
    matches!(
        provision.rule,
        Rule::Prohibition { .. } | Rule::Answerable { .. } | Rule::State { quiet: None, .. }
    )
}

/// Whether what an instance has come to stands.
fn is_decided(status: Status) -> bool {
    !matches!(status, Status::Inactive | Status::Pending | Status::Suspended)
}

fn standing(timeline: &[(Instant, StatusSet)], at: Instant) -> StatusSet {
    let after = timeline.partition_point(|(from, _)| *from <= at);
    after.checked_sub(1).map_or(StatusSet::EMPTY, |index| timeline[index].1)
}

fn both(one: Count, other: Count) -> Count {
    let possible = one.possible.zip(other.possible).map(|(a, b)| a + b);
    Count { certain: one.certain + other.certain, possible }
}
