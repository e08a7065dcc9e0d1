//! What the rule of a duty comes to before the evidence: whose deeds count, how much is owed, and on what deeds its window and its
//! scope hang.
//!
//! Invariant: what no evidence moves is read off the world in which nothing was done; whatever else a duty hangs on is refused.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Period,
    agreement::{
        Action, Binding, Condition, CountedOn, Counting, Due, Matching, Measure, Provision, Required, Rule,
        Terms,
    },
    claim::{Claim, Kind},
    vocabulary::is_act,
};
use worlds::{
    literals::{self, Asked, Heard},
    world::{Demand, Ticks},
};

use crate::{
    Fault, Subject,
    hinges::{Hinge, Turn, begins, few, of_due, of_scope},
    quota,
};

/// Answers, one after the other, of which each counts only what comes after its trigger.
const ANSWERS_MAX: i64 = 4;
/// Bearers of one instance that are told apart.
const BEARERS_MAX: usize = 5;

/// What the rule of a duty comes to, before the evidence.
pub struct Frame<'a> {
    /// The deed, its doers named.
    pub action: Action,
    /// Who owes it.
    pub bearers: Vec<Id>,
    /// What its part of a proof is called.
    pub of: Vec<String>,
    /// Whose word verifies it.
    pub verifiers: &'a [Id],
    /// The least and the most that is owed, in millionths.
    pub demand: Demand,
    /// From when performance counts.
    pub counts_from: Instant,
    /// On what it hangs from when it counts, where evidence moves that.
    pub not_before: Option<&'a Condition>,
    /// It counts from the opening of the window at the earliest: of its hinges all are of one kind of deed, trigger by trigger.
    pub afterwards: bool,
    /// The deeds on which its window and its scope hang.
    pub hinges: Vec<Hinge>,
    /// What the window hangs on.
    pub window: Window<'a>,
    /// Entry into force.
    pub entry: Instant,
    /// Values and baselines of which it is not told how much they are: any amount above nothing is owed.
    pub open: BTreeSet<&'a Id>,
    /// Effort, pace or quality is owed: what is not performed in time is not judged.
    pub tracked: bool,
    /// The reference that deed and answer carry, where they are matched by it.
    pub reference: Option<&'a str>,
}

/// What a window hangs on.
pub enum Window<'a> {
    /// A deadline.
    Due(&'a Due),
    /// A period: its first tick and its last. Only what is done in it counts.
    Period(Instant, Instant),
    /// What is in scope of a period, where that hangs on something.
    InDoubt(Period),
    /// A period, and until when what it lacks may be made up.
    MadeUp {
        /// The period.
        own: Period,
        /// The last tick in time.
        until: Instant,
    },
    /// A period to which what those before it lacked is added: from which instants on how much is owed up to its end.
    Carried {
        /// From when, and how much.
        runs: Vec<(Instant, i64)>,
        /// The period.
        own: Period,
        /// The last tick at which anything counts.
        until: Instant,
    },
    /// So long after what is answered.
    Answer(Option<model::Duration>),
}

impl<'a> Frame<'a> {
    /// The kinds of deed that there are streams of, by name, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<(&'static str, Asked<'_>)> {
        let heard = self.reference.map_or(Heard::All, Heard::Of);
        let (action, bearers, verifiers) = (&self.action, &self.bearers, self.verifiers);
        let own = Asked { action, bearers, verifiers, heard, forbidden: false };
        let mut all = vec![("performance", own)];
        all.extend(self.hinges.iter().map(|hinge| ("opening", Asked { heard, ..hinge.asked() })));
        if let Some(reference) = self.reference {
            let may_be = Heard::MayBeOf(reference);
            let named = [("possible performance", 0), ("possible opening", 1)];
            let named = named.into_iter().filter_map(|(name, of)| Some((name, all.get(of)?.1)));
            let also: Vec<_> = named.map(|(name, one)| (name, Asked { heard: may_be, ..one })).collect();
            all.extend(also);
        }
        all
    }

    /// The kinds of deed that have to be told apart.
    #[must_use]
    pub fn apart(&self) -> Vec<&Action> {
        let hinges = if self.afterwards { self.hinges.len().min(1) } else { self.hinges.len() };
        [&self.action].into_iter().chain(self.hinges.iter().take(hinges).map(|hinge| &hinge.action)).collect()
    }

    /// The stream whose upper bounds count: without its reference an answer may be the one that is asked about.
    #[must_use]
    pub fn above(&self) -> usize {
        if self.reference.is_some() { 2 } else { 0 }
    }
}

pub(crate) fn none<T>(what: &str) -> Result<T, Fault> {
    Err(Fault::new("question.provision", format!("no certificate for this rule yet: {what}")))
}

/// Whether no more than effort or pace is owed, or by a standard of quality: what was done is shown, and not judged.
fn is_tracked(provision: &Provision) -> bool {
    provision.terms.manner.is_some() || provision.terms.quality.is_some()
}

/// Refuses what every rule may have and no certificate shows yet, and effort, pace and quality.
///
/// # Errors
/// For that.
pub fn plain(subject: &Subject<'_>) -> Result<(), Fault> {
    if is_tracked(subject.provision) {
        return none(
            "effort, pace or quality, of what is forbidden or to be kept, or on which something hangs",
        );
    }
    usual(subject)
}

/// Refuses what every rule may have and no certificate shows yet.
fn usual(subject: &Subject<'_>) -> Result<(), Fault> {
    let provision = subject.provision;
    let agreement = subject.case.agreement;
    let reaching = [
        (agreement.entry.is_some(), "an entry into force that hangs on something"),
        (!agreement.powers.is_empty(), "powers that may have been used"),
        (!agreement.amendments.is_empty(), "an amendment of what it hangs on"),
        (agreement.actors.iter().any(|actor| !actor.ties.is_empty()), "ties of those named"),
        (!literals::is_undisturbed(agreement), "what a breach allows, which may have been used"),
    ];
    let Terms {
        unless: _,
        grades: _,
        disputes: _,
        notwithstanding: _,
        counting,
        judged,
        manner: _,
        for_each,
        in_step,
        part_lot,
        made_up_with,
        quality: _,
        consequences,
        subject_to,
    } = &provision.terms;
    let further = [
        (!provision.exceptions.is_empty(), "an exception"),
        (*counting != Counting::default(), "violations that are not counted by incident"),
        (judged.is_some(), "only what is judged to be so"),
        (for_each.is_some(), "one for each of a family"),
        (in_step.is_some(), "in step with another"),
        (part_lot.is_some(), "a part of a lot"),
        (!made_up_with.is_empty(), "made up with others"),
        (!consequences.is_empty(), "what a breach allows"),
        (!subject_to.is_empty(), "subject to another"),
    ];
    reaching.iter().chain(&further).find(|(has, _)| *has).map_or(Ok(()), |(_, what)| none(what))
}

/// When a provision binds, where no evidence moves that.
pub(crate) fn fixed_scope(subject: &Subject<'_>, provision: &Provision) -> Result<Ticks, Fault> {
    if !of_scope(subject, provision)?.is_empty() {
        return none("a scope that hangs on what was done, of answers");
    }
    Ok(literals::scope(&subject.case, provision, &[])?)
}

/// How the parts of an instance make up the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// So many of several have to perform.
    Best(usize),
    /// It is the worst of its parts.
    Worst,
}

/// What the instance asked about comes to for each of those who may perform, or for each of its parts, and how these make it up.
///
/// # Errors
/// For a rule of which there is no certificate yet.
pub fn frames<'a>(subject: &Subject<'a>) -> Result<(Vec<Frame<'a>>, Join), Fault> {
    usual(subject)?;
    let (provision, instance) = (subject.provision, subject.instance);
    let bearers = &provision.bearers;
    let one = |by: Option<&[Id]>, key| Ok((of_some(subject, provision, by, key)?, Join::Worst));
    let (whose, least) = match provision.binding {
        Binding::Unstated => return one(Some(&[]), instance),
        _ if bearers.len() <= 1 => return one(None, instance),
        Binding::Together => return one(Some(bearers), instance),
        Binding::Each => {
            for bearer in bearers {
                let key = if instance == bearer { Some("once") } else { None };
                let key = key.or_else(|| instance.strip_prefix(bearer.as_str())?.strip_prefix(' '));
                if let Some(key) = key {
                    return one(Some(std::slice::from_ref(bearer)), key);
                }
            }
            return Err(Fault::new("question.instance", "it names none of those who are bound"));
        }
        Binding::Either => (bearers, 1),
        Binding::AtLeast(least) => (bearers, least),
    };
    if is_tracked(provision) {
        return none("effort, pace or quality that some of several owe");
    }
    if whose.len() > BEARERS_MAX {
        return none("one of more than five who may perform it");
    }
    if matches!(provision.rule, Rule::Exchange { matching: Matching::SameReference, .. }) {
        return none("an answer by reference that one of several gives");
    }
    let mut each = Vec::new();
    for one in whose {
        let mut own = of_some(subject, provision, Some(std::slice::from_ref(one)), instance)?;
        match (own.pop(), own.is_empty()) {
            (Some(frame), true) => each.push(frame),
            _ => return none("parts of what one of several owes"),
        }
    }
    Ok((each, Join::Best(least)))
}

/// What an instance of a provision comes to for those whose deeds count: the whole and its parts.
fn of_some<'a>(
    subject: &Subject<'a>,
    provision: &'a Provision,
    by: Option<&[Id]>,
    key: &'a str,
) -> Result<Vec<Frame<'a>>, Fault> {
    let Some(action) = provision.rule.action() else { return none("a state") };
    if !action.under.is_empty() {
        return none("`only those of`");
    }
    let bearers = by.map_or_else(|| provision.bearers.clone(), <[Id]>::to_vec);
    let entry = subject.case.agreement.in_force;
    let frame = |action: &'a Action| Frame {
        action: Action { by: by.map_or_else(|| action.by.clone(), <[Id]>::to_vec), ..action.clone() },
        bearers: bearers.clone(),
        of: bearers.clone(),
        verifiers: &provision.verified_by,
        demand: Demand { least: None, most: None },
        counts_from: entry,
        not_before: None,
        afterwards: false,
        hinges: Vec::new(),
        window: Window::Period(entry, entry),
        entry,
        open: BTreeSet::new(),
        tracked: is_tracked(provision),
        reference: None,
    };
    if matches!(provision.rule, Rule::Periodic { .. }) {
        let frames = quota::frames(subject, provision, frame, key)?;
        return if frames.len() > 1 && is_tracked(provision) {
            none("effort, pace or quality, with parts")
        } else {
            Ok(frames)
        };
    }
    Ok(vec![by_rule(subject, provision, frame(action), key)?])
}

/// What an instance of a duty that is no quota comes to.
fn by_rule<'a>(
    subject: &Subject<'a>,
    provision: &'a Provision,
    frame: Frame<'a>,
    key: &'a str,
) -> Result<Frame<'a>, Fault> {
    let no_such = |what: &str| Err(Fault::new("question.instance", what));
    let entry = frame.entry;
    match &provision.rule {
        Rule::Once { required, due, not_before, .. } => {
            if key.starts_with('#') {
                return none("a further duty, breach by breach");
            }
            if key != "once" {
                return no_such("a single duty has the one instance `once`");
            }
            let frame = Frame { demand: Demand::from(*required), ..frame };
            single(subject, frame, due, not_before.as_ref())
        }
        Rule::Schedule { steps, not_before, .. } => {
            let number = key.parse().ok().filter(|number: &usize| (1..=steps.len()).contains(number));
            let Some(number) = number else { return no_such("a step is called by its number") };
            let mut demand = Demand { least: Some(Amount::ZERO), most: Some(Amount::ZERO) };
            let mut open = BTreeSet::new();
            for step in &steps[..number] {
                let own = measured(subject, &step.measure, &mut open)?;
                let below = demand.least.unwrap_or(Amount::ZERO);
                demand = if step.in_all {
                    own
                } else {
                    let most = own.most.map(|most| most + demand.most.unwrap_or(below));
                    Demand { least: own.least.map(|least| least + below), most }
                };
            }
            single(subject, Frame { demand, open, ..frame }, &steps[number - 1].due, not_before.as_ref())
        }
        Rule::Exchange {
            trigger,
            every,
            required,
            shares,
            within,
            afterwards,
            matching,
            counted_on: CountedOn::Handover,
            ..
        } if shares.is_empty() && trigger.under.is_empty() && every.0 > 0 => {
            if fixed_scope(subject, provision)? != Ticks::from(entry) {
                return none("an exchange in a scope");
            }
            let opener = |amount| {
                let hinge = Hinge {
                    action: trigger.clone(),
                    bearers: trigger.by.clone(),
                    verifiers: provision.verified_by.clone(),
                    forbidden: false,
                    from: entry,
                    amount,
                    turn: Turn::Reached,
                };
                vec![hinge]
            };
            let window = Window::Answer(*within);
            if *matching == Matching::SameReference {
                if key.starts_with('#') || *afterwards {
                    return none("an answer to a deed that carries no reference, or only afterwards");
                }
                if !subject.told_alone() {
                    return none("an answer by reference under this standard");
                }
                let opens = |claim: &&Claim| {
                    let act = claim.act.as_deref();
                    let same = |act| is_act(act, &trigger.act) || is_act(&trigger.act, act);
                    claim.reference.as_deref() == Some(key) && act.is_some_and(same)
                };
                if !subject.case.claims.iter().any(|claim| opens(&claim)) {
                    return none("an answer to a deed that nobody reported");
                }
                let demand = Demand { least: Some(Amount::LEAST), most: None };
                let hinges = opener(Amount::LEAST.0);
                return Ok(Frame { demand, hinges, window, reference: Some(key), ..frame });
            }
            let number = key.strip_prefix('#').and_then(|number| number.parse::<i64>().ok());
            let Some(number) = number.filter(|number| *number > 0) else {
                return no_such("an answer is called by its number");
            };
            if *afterwards && number > ANSWERS_MAX {
                return none("an answer, after many, that counts only afterwards");
            }
            let times = |number: i64, amount: Amount| {
                let product = amount.0.checked_mul(number);
                product.ok_or_else(|| Fault::new("question.instance", "the amounts are too great"))
            };
            let demand = Demand { least: Some(Amount(times(number, *required)?)), most: None };
            // What counts only afterwards hangs on when each trigger before it came too.
            let mut hinges = Vec::new();
            for own in if *afterwards { 1..=number } else { number..=number } {
                hinges.extend(opener(times(own, *every)?));
            }
            Ok(Frame { demand, afterwards: *afterwards, hinges, window, ..frame })
        }
        Rule::Exchange { .. } => none("an exchange with parts, or counted on identification"),
        _ => none("what others do"),
    }
}

/// What a step owes. Where nobody has set it or counted it, that may be any amount above nothing.
fn measured<'a>(
    subject: &Subject<'a>,
    measure: &'a Measure,
    open: &mut BTreeSet<&'a Id>,
) -> Result<Demand, Fault> {
    let agreement = subject.case.agreement;
    let any = Demand { least: Some(Amount::LEAST), most: None };
    match measure {
        Measure::Plain(required) => Ok(Demand::from(*required)),
        Measure::Between(least, most) => Ok(Demand { least: Some(*least), most: Some(*most) }),
        Measure::Value(id) => {
            let value = agreement.values.iter().find(|value| value.id == *id);
            match value.map(|value| value.settings.as_slice()) {
                Some([]) => {
                    open.insert(id);
                    Ok(any)
                }
                Some([only]) if only.since <= agreement.in_force => match Amount::parse(&only.to) {
                    Ok(least) => Ok(Demand { least: Some(least), most: None }),
                    Err(_) => none("a value that is no amount"),
                },
                _ => none("a value that changes, or is set later"),
            }
        }
        Measure::Share(Required::AtLeast(part), id) if *part > Amount::ZERO => {
            let Some(baseline) = agreement.baselines.iter().find(|baseline| baseline.id == *id) else {
                return none("a share of what is not there");
            };
            let item = &baseline.item;
            let of_it = |said: &Id| agreement.is(said, item) || agreement.is(item, said);
            let counts = |claim: &Claim| claim.kind == Kind::Tally && claim.item.as_ref().is_none_or(of_it);
            if subject.case.claims.iter().any(counts) {
                return none("a share of what somebody has counted");
            }
            open.insert(id);
            Ok(any)
        }
        Measure::Share(..) => none("no more, or exactly, a share"),
    }
}

/// From when a duty counts what is done.
pub(crate) fn counts_from(entry: Instant, not_before: Option<&Condition>) -> Result<Instant, Fault> {
    match not_before {
        None | Some(Condition::InForce) => Ok(entry),
        Some(Condition::From(instant)) => Ok(entry.max(*instant)),
        Some(_) => none("`not before` that hangs on something"),
    }
}

/// A duty with one window.
fn single<'a>(
    subject: &Subject<'a>,
    frame: Frame<'a>,
    due: &'a Due,
    not_before: Option<&'a Condition>,
) -> Result<Frame<'a>, Fault> {
    let entry = subject.case.agreement.in_force;
    let least_alone = frame.demand.least.is_some() && frame.demand.most.is_none();
    if matches!(due, Due::By(last) if *last < entry) && !least_alone {
        return none("a deadline before entry into force, of no least number");
    }
    let mut hinges = of_scope(subject, subject.provision)?;
    of_due(subject, due, &mut hinges, 0)?;
    let (counts_from, not_before) = match (counts_from(entry, not_before), not_before) {
        (Err(_), Some(condition)) => {
            begins(subject, condition, &mut hinges, 0)?;
            (entry, not_before)
        }
        (fixed, _) => (fixed?, None),
    };
    Ok(Frame { counts_from, not_before, hinges: few(hinges)?, window: Window::Due(due), ..frame })
}
