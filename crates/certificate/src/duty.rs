//! Duties with one window: what each status needs, and the facts that refute it.
//!
//! Invariant: a way to refute a status holds whenever the window opens and ends, between the instants shown for that.

use jiff::ToSpan as _;
use model::{
    Amount, Instant, Status,
    agreement::{Action, Condition, Cycle, Due, Required, Rule, Spread, Terms},
};
use worlds::{
    literals::{self, Bound, Literals},
    world::Deed,
};

use crate::{
    Fault, Opening, Proof, Refutation, Subject, after, at_refuted, at_witness,
    leaves::{leaves, satisfies},
    path,
};

/// What the rule of a duty comes to, before the evidence.
pub struct Frame<'a> {
    /// The deed.
    pub action: &'a Action,
    /// How much is owed.
    pub required: Required,
    /// From when performance counts.
    pub counts_from: Instant,
    /// The deed that opens the window, where one does.
    pub opened_by: Option<&'a Action>,
    /// What the window hangs on.
    pub window: Window<'a>,
}

/// What a window hangs on.
pub enum Window<'a> {
    /// A deadline.
    Due(&'a Due),
    /// A period: its first tick and its last. Only what is done in it counts.
    Period(Instant, Instant),
}

/// Between which instants a window opens and ends: the earliest and the latest of each; none where it may never.
#[derive(Clone, Copy, Debug)]
pub struct Openings {
    /// It opens at the earliest.
    pub first: Instant,
    /// It opens by this in every world.
    pub by: Option<Instant>,
    /// It ends at the earliest, when it opens.
    pub ends: Instant,
    /// It ends by this, if it opens.
    pub ends_by: Instant,
}

/// A fact that helps to refute a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Never of this rule.
    Never,
    /// The window has opened.
    Opened,
    /// The window has not opened.
    NotOpened,
    /// The window has ended.
    Ended,
    /// The window has not ended.
    NotEnded,
    /// At least so much in all.
    InAll(i64),
    /// At most so much in all.
    NoMoreInAll(i64),
    /// At least so much in the window, however early it ends.
    InTime(i64),
    /// At most so much in the window, however late it ends.
    NoMoreInTime(i64),
}

/// Facts that refute a status together.
pub type Alternative = Vec<Fact>;

/// The ways to refute a status.
#[must_use]
pub fn refutable(frame: &Frame<'_>, status: Status) -> Vec<Alternative> {
    use Fact::{Ended, InAll, InTime, Never, NoMoreInAll, NoMoreInTime, NotEnded, NotOpened, Opened};
    let period = matches!(frame.window, Window::Period(..));
    let unopened = vec![NotOpened];
    match (status, frame.required) {
        (Status::Excused | Status::Suspended | Status::Lapsed | Status::NotAdjudicated, _) => {
            vec![vec![Never]]
        }
        (Status::Inactive, _) => vec![vec![Opened]],
        (Status::Late, Required::AtMost(_)) => vec![vec![Never]],
        (Status::Late, _) if period => vec![vec![Never]],
        (Status::Pending, Required::AtLeast(n) | Required::Exactly(n)) => {
            vec![vec![Ended], vec![InAll(n.0)], unopened]
        }
        (Status::Pending, Required::AtMost(n)) => vec![vec![Ended], vec![InAll(n.0 + 1)], unopened],
        (Status::Met, Required::AtLeast(n)) => vec![vec![NoMoreInTime(n.0 - 1)], unopened],
        (Status::Met, Required::Exactly(n)) => {
            vec![vec![NoMoreInTime(n.0 - 1)], vec![InTime(n.0 + 1)], unopened]
        }
        (Status::Met, Required::AtMost(n)) => vec![vec![NotEnded], vec![InTime(n.0 + 1)], unopened],
        (Status::Late, Required::AtLeast(n) | Required::Exactly(n)) => {
            vec![vec![NotEnded], vec![NoMoreInAll(n.0 - 1)], vec![InTime(n.0)], unopened]
        }
        (Status::Breached, Required::AtLeast(n)) => vec![vec![NotEnded], vec![InAll(n.0)], unopened],
        (Status::Breached, Required::Exactly(n)) => {
            let never_above = NoMoreInTime(n.0);
            vec![vec![never_above, NotEnded], vec![never_above, InAll(n.0)], unopened]
        }
        (Status::Breached, Required::AtMost(n)) => vec![vec![NoMoreInTime(n.0)], unopened],
    }
}

/// What the rule of a provision comes to.
///
/// # Errors
/// For a rule of which there is no certificate yet.
pub fn frame<'a>(subject: &Subject<'a>) -> Result<Frame<'a>, Fault> {
    let agreement = subject.case.agreement;
    let provision = subject.provision;
    let none = |what: &str| {
        Err(Fault::new("question.provision", format!("no certificate for this rule yet: {what}")))
    };
    let terms = Terms {
        grades: provision.terms.grades.clone(),
        disputes: provision.terms.disputes.clone(),
        notwithstanding: provision.terms.notwithstanding.clone(),
        ..Terms::default()
    };
    if !literals::is_undisturbed(agreement) {
        return none(
            "powers, amendments, consequences, ties, or an entry into force that hangs on something",
        );
    }
    if provision.while_ != Condition::InForce || !provision.exceptions.is_empty() || provision.terms != terms
    {
        return none("a scope, an exception or a further term");
    }
    if provision.bearers.len() != 1 || provision.binding == model::agreement::Binding::Unstated {
        return none("a duty to act of several");
    }
    let entry = agreement.in_force;
    match &provision.rule {
        Rule::Once { action, required, due, not_before } if action.under.is_empty() => {
            let counts_from = match not_before {
                None | Some(Condition::InForce) => entry,
                Some(Condition::From(instant)) => entry.max(*instant),
                Some(_) => return none("`not before` that hangs on something"),
            };
            if subject.instance != "once" {
                return Err(Fault::new("question.instance", "a single duty has the one instance `once`"));
            }
            let opened_by = match due {
                Due::Open => None,
                Due::By(last) if *last >= entry => None,
                Due::Within(_, c) | Due::EndOfDayAfter(_, c) | Due::MonthsAfter(_, c) => {
                    match opener(subject, c) {
                        Ok(opened_by) => opened_by,
                        Err(what) => return none(what),
                    }
                }
                _ => return none("a deadline of this kind"),
            };
            Ok(Frame { action, required: *required, counts_from, opened_by, window: Window::Due(due) })
        }
        Rule::Periodic { action, required, shares, cycle, pro_rata, spread: Spread::Alone, .. }
            if action.under.is_empty() && shares.is_empty() =>
        {
            let days = match cycle {
                Cycle::Day => 1,
                Cycle::Week(_) => 7,
                _ => return none("periods of this kind"),
            };
            let zone = &agreement.timezone;
            let date: jiff::civil::Date = subject.instance.parse().map_err(|_| {
                Fault::new("question.instance", "an instance of a period is called by its first day")
            })?;
            let weekday = |day: &jiff::civil::Weekday| date.weekday() == *day;
            if matches!(cycle, Cycle::Week(day) if !weekday(day)) {
                return Err(Fault::new("question.instance", "no week begins on that day"));
            }
            let next = date.checked_add(i64::from(days).days());
            let next = next.map_err(|_| Fault::new("question.instance", "a date beyond the calendar"))?;
            let whole = (Instant::start_of(date, zone), Instant::start_of(next, zone).previous());
            if whole.1 < entry || subject.case.at < whole.0 {
                return Err(Fault::new("question.instance", "there is no such period by that instant"));
            }
            if *pro_rata && whole.0 < entry {
                return none("a part of a period that owes in proportion");
            }
            let first = whole.0.max(entry);
            let window = Window::Period(first, whole.1);
            Ok(Frame { action, required: *required, counts_from: first, opened_by: None, window })
        }
        _ => none("it is no single duty, no quota by day or week without parts, and no prohibition"),
    }
}

/// The deed whose first occurrence a condition is; none where no evidence moves it.
fn opener<'a>(subject: &Subject<'a>, condition: &'a Condition) -> Result<Option<&'a Action>, &'static str> {
    match condition {
        Condition::InForce | Condition::From(_) => Ok(None),
        Condition::Deed(action) if action.under.is_empty() => Ok(Some(action)),
        Condition::Milestone(id) => {
            let milestones = &subject.case.agreement.milestones;
            let found = milestones.iter().find(|milestone| milestone.id == *id);
            found.map_or(Err("a milestone that is not there"), |milestone| opener(subject, &milestone.when))
        }
        _ => Err("a window that hangs on more than a deed"),
    }
}

impl Frame<'_> {
    /// Between which instants the window opens and ends, if what opens it comes between these.
    ///
    /// # Errors
    /// For a deadline that the evaluator does not know.
    pub fn openings(
        &self,
        subject: &Subject<'_>,
        deed: (Instant, Option<Instant>),
    ) -> Result<Openings, Fault> {
        let due = match self.window {
            Window::Period(first, last) => {
                return Ok(Openings { first, by: Some(first), ends: last, ends_by: last });
            }
            Window::Due(due) => due,
        };
        let Some(action) = self.opened_by else {
            let (opens, last) = literals::window(&subject.case, due, &[])?;
            let first = opens.unwrap_or(Instant::MAX);
            return Ok(Openings { first, by: opens, ends: last, ends_by: last });
        };
        let (earliest, latest) = deed;
        let at = |when: Instant| {
            if when > subject.case.at {
                return Ok((None, Instant::MAX));
            }
            let deed = Deed { by: action.by.clone(), ..Deed::of(action, when, Amount::whole(1)) };
            literals::window(&subject.case, due, &[deed])
        };
        let (_, ends) = at(earliest)?;
        let ends_by = latest.map_or(Ok((None, Instant::MAX)), at)?.1;
        Ok(Openings { first: earliest, by: latest, ends, ends_by })
    }

    /// Whether a fact holds, where it is one of instants; else the window in which the amount is bounded, how, and by how much.
    ///
    /// # Errors
    /// The bound that has to be shown.
    pub fn asks(&self, fact: Fact, openings: &Openings, at: Instant) -> Result<bool, Bound> {
        let all = match self.window {
            Window::Period(_, last) => after(last, at),
            Window::Due(_) => at.next(),
        };
        let bound = |until: Instant, lower: bool, amount: i64| {
            Err(Bound { from: self.counts_from, until, lower, amount, ground: String::new() })
        };
        match fact {
            Fact::Never => Ok(true),
            Fact::Opened => Ok(openings.by.is_some_and(|by| by <= at)),
            Fact::NotOpened => Ok(openings.first > at),
            Fact::Ended => Ok(openings.ends_by < at),
            Fact::NotEnded => Ok(openings.ends >= at),
            Fact::InAll(amount) => bound(all, true, amount),
            Fact::NoMoreInAll(amount) => bound(all, false, amount),
            Fact::InTime(amount) => bound(after(openings.ends, at), true, amount),
            Fact::NoMoreInTime(amount) => bound(after(openings.ends_by, at), false, amount),
        }
    }
}

/// The kinds of deed that a certificate of a duty has streams for, by name, in order.
#[must_use]
pub fn kinds<'a>(frame: &Frame<'a>) -> Vec<(&'static str, &'a Action)> {
    let opening = frame.opened_by.map(|action| ("opening", action));
    [("performance", frame.action)].into_iter().chain(opening).collect()
}

/// Checks all of a duty's certificate but what its worlds come to. Gives the number of leaves.
pub fn check(subject: &Subject<'_>, proof: &Proof) -> Result<usize, Fault> {
    let frame = frame(subject)?;
    let kinds = kinds(&frame);
    let names: Vec<&str> = proof.streams.iter().map(|stream| stream.of.as_str()).collect();
    if names != kinds.iter().map(|(name, _)| *name).collect::<Vec<_>>() {
        return Err(Fault::new(
            "proof.streams",
            "there has to be one for each kind of deed that is asked about",
        ));
    }
    let verifiers = &subject.provision.verified_by;
    match kinds.as_slice() {
        [(_, action)] => {
            literals::with(&subject.case, action, &subject.provision.bearers, verifiers, |own| {
                let check = Check::of(subject, &frame, proof, vec![own])?;
                check.all(None)
            })?
        }
        [(_, action), (_, opener)] => {
            literals::independent(&subject.case, action, opener)?;
            literals::with(&subject.case, action, &subject.provision.bearers, verifiers, |own| {
                literals::with(&subject.case, opener, &opener.by, &[], |opening| {
                    let check = Check::of(subject, &frame, proof, vec![own, opening])?;
                    check.all(Some(check.opening()?))
                })
            })??
        }
        _ => Err(Fault::new("proof.streams", "there are too many kinds of deed")),
    }
}

struct Check<'a> {
    subject: &'a Subject<'a>,
    frame: &'a Frame<'a>,
    proof: &'a Proof,
    kinds: Vec<&'a Action>,
    /// By stream, the literals of each leaf and what they set.
    leaves: Vec<Vec<(crate::Leaf, std::collections::BTreeSet<Bound>)>>,
}

impl<'a> Check<'a> {
    fn of(
        subject: &'a Subject<'a>,
        frame: &'a Frame<'a>,
        proof: &'a Proof,
        streams: Vec<&Literals<'_>>,
    ) -> Result<Check<'a>, Fault> {
        let mut all = Vec::new();
        for (literals, stream) in streams.iter().zip(&proof.streams) {
            let at = format!("streams.{}", stream.of);
            crate::screened(literals, stream, &at)?;
            let tree = stream.tree.as_ref().ok_or_else(|| Fault::new(&at, "it has no tree"))?;
            let mut own = Vec::new();
            for leaf in leaves(literals, tree, &at)? {
                let bounds = literals.bounds(&leaf).unwrap_or_default();
                own.push((leaf, bounds));
            }
            all.push(own);
        }
        let kinds = kinds(frame).into_iter().map(|(_, action)| action).collect();
        Ok(Check { subject, frame, proof, kinds, leaves: all })
    }

    /// When what opens the window came, as the certificate shows it.
    fn opening(&self) -> Result<&'a Opening, Fault> {
        let at = "proof.opening";
        let opening = self.proof.opening.as_ref().ok_or_else(|| Fault::new(at, "a deed opens the window"))?;
        let entry = self.subject.case.agreement.in_force;
        let leaves = &self.leaves[1];
        if opening.earliest < entry {
            return Err(Fault::new(at, "it counts from entry into force"));
        }
        if opening.earliest > entry {
            each(&opening.nothing_before, leaves, at, |steps, bounds| {
                path::at_most(steps, bounds, (entry, opening.earliest), 0, at)
            })?;
        }
        if let Some(latest) = opening.latest {
            each(&opening.something_by, leaves, at, |steps, bounds| {
                path::at_least(steps, bounds, (entry, latest.next()), 1, at)
            })?;
        }
        Ok(opening)
    }

    fn all(&self, opening: Option<&Opening>) -> Result<usize, Fault> {
        if opening.is_none() && self.proof.opening.is_some() {
            return Err(Fault::new("proof.opening", "no deed opens the window"));
        }
        let deed = opening.map_or((Instant::MIN, None), |opening| (opening.earliest, opening.latest));
        let openings = self.frame.openings(self.subject, deed)?;
        for refutation in &self.proof.refuted {
            self.refutes(refutation, &openings)?;
        }
        for witness in &self.proof.witnesses {
            self.is_a_world(witness)?;
        }
        Ok(self.leaves.iter().map(Vec::len).sum())
    }

    fn refutes(&self, refutation: &Refutation, openings: &Openings) -> Result<(), Fault> {
        let at = at_refuted(refutation.status);
        let ways = refutable(self.frame, refutation.status);
        let way =
            ways.get(refutation.way).ok_or_else(|| Fault::new(&at, "there is no such way to refute it"))?;
        let mut steps = refutation.steps.iter();
        for fact in way {
            match self.frame.asks(*fact, openings, self.subject.case.at) {
                Ok(true) => {}
                Ok(false) => return Err(Fault::new(&at, format!("it does not hold that {fact:?}"))),
                Err(bound) => {
                    let own = steps.next().ok_or_else(|| Fault::new(&at, "steps are missing"))?;
                    let window = (bound.from, bound.until);
                    each(own, &self.leaves[0], &at, |steps, bounds| match bound.lower {
                        true => path::at_least(steps, bounds, window, bound.amount, &at),
                        false => path::at_most(steps, bounds, window, bound.amount, &at),
                    })?;
                }
            }
        }
        let over = steps.next().is_some() || refutation.claim.is_some();
        if over { Err(Fault::new(at, "there is more than the way needs")) } else { Ok(()) }
    }

    /// That the deeds of a witness satisfy a greatest set of literals.
    fn is_a_world(&self, witness: &crate::Witness) -> Result<(), Fault> {
        let at = at_witness(witness.status);
        if witness.leaves.len() != self.leaves.len() {
            return Err(Fault::new(at, "it names a leaf for each stream"));
        }
        let mut amounts: Vec<Vec<(Instant, Amount)>> = vec![Vec::new(); self.kinds.len()];
        for deed in crate::deeds(witness) {
            let kind = literals::kind_of(&self.subject.case, &deed, &self.kinds)?;
            amounts[kind].push((deed.at, deed.amount));
        }
        for (stream, (leaf, amounts)) in witness.leaves.iter().zip(&amounts).enumerate() {
            let own = &self.leaves[stream];
            let (names, bounds) = own.get(*leaf).ok_or_else(|| Fault::new(&at, "there is no such leaf"))?;
            if own.iter().any(|(other, _)| other != names && other.is_superset(names)) {
                return Err(Fault::new(&at, "more of what is said can hold together than in this leaf"));
            }
            satisfies(amounts, bounds, &at)?;
        }
        Ok(())
    }
}

/// Holds the steps for each leaf against what its literals set.
fn each(
    steps: &[Vec<crate::Step>],
    leaves: &[(crate::Leaf, std::collections::BTreeSet<Bound>)],
    at: &str,
    check: impl Fn(&[crate::Step], &std::collections::BTreeSet<Bound>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if steps.len() != leaves.len() {
        return Err(Fault::new(at, "there have to be steps for each leaf"));
    }
    steps.iter().zip(leaves).try_for_each(|(steps, (_, bounds))| check(steps, bounds))
}
