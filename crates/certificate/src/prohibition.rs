//! Prohibitions: a deed that nothing contradicts is a breach, and where somebody watched throughout and nothing is reported there
//! is none.
//!
//! Invariant: worlds are shown only where no accepted word is against another, so that all of it holds in each of them.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Period, Standard, Status,
    agreement::{Action, Rule},
    claim::{Claim, Doers, Kind},
};
use worlds::{
    literals::{self, Asked, Bound, Heard, Literals},
    world::Ticks,
};

use crate::{
    Fault, Proof, Refutation, Subject, Witness, at_refuted, at_witness,
    doubt::{Doubt, scope_of},
    duty::{Leaves, each, in_leaf, leaves_of, told_apart},
    hinges::{Hinge, few, of_scope},
    path,
    turns::turns,
};

/// What is forbidden, and the deeds on which it hangs when.
pub struct Forbidden<'a> {
    subject: &'a Subject<'a>,
    /// The forbidden deed, its doers named.
    pub action: Action,
    /// The deeds on which its scope hangs.
    pub hinges: Vec<Hinge>,
    /// What a violation makes of it: where conduct alone is owed for what others do, that is not judged.
    pub worst: Status,
    /// Whose deeds violate it.
    bearers: &'a [Id],
}

impl Forbidden<'_> {
    /// The kinds of deed that there are streams of, by name, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<(&'static str, Asked<'_>)> {
        let (bearers, verifiers) = (self.bearers, &self.subject.provision.verified_by);
        let action = &self.action;
        let own = Asked { action, bearers, verifiers, heard: Heard::All, forbidden: true };
        let hinges = self.hinges.iter().map(|hinge| ("opening", hinge.asked()));
        [("violation", own)].into_iter().chain(hinges).collect()
    }

    /// The kinds of deed themselves.
    #[must_use]
    pub fn kinds(&self) -> Vec<&Action> {
        [&self.action].into_iter().chain(self.hinges.iter().map(|hinge| &hinge.action)).collect()
    }
}

/// What a prohibition forbids.
///
/// # Errors
/// For a prohibition of which there is no certificate yet.
pub fn forbidden<'a>(subject: &'a Subject<'a>) -> Result<Forbidden<'a>, Fault> {
    let provision = subject.provision;
    let none = |what: &str| {
        Err(Fault::new("question.provision", format!("no certificate for this rule yet: {what}")))
    };
    let (action, bearers, worst) = match &provision.rule {
        Rule::Prohibition { action } => (action, provision.bearers.as_slice(), Status::Breached),
        Rule::Answerable { action, for_result: true } => (action, action.by.as_slice(), Status::Breached),
        Rule::Answerable { action, .. } => (action, action.by.as_slice(), Status::NotAdjudicated),
        _ => return none("it is no prohibition"),
    };
    crate::frame::plain(subject)?;
    if !action.under.is_empty() {
        return none("`only those of`");
    }
    if subject.case.at < subject.case.agreement.in_force {
        return none("an instant before entry into force");
    }
    let mut own = action.clone();
    if own.by.is_empty() {
        own.by = bearers.to_vec();
    }
    Ok(Forbidden { subject, action: own, hinges: few(of_scope(subject, provision)?)?, worst, bearers })
}

/// Checks all of a prohibition's certificate but what its worlds come to. Gives the number of leaves.
pub fn check(subject: &Subject<'_>, proof: &Proof) -> Result<usize, Fault> {
    let forbidden = forbidden(subject)?;
    let asked = forbidden.asked();
    let names = proof.streams.iter().map(|stream| stream.of.as_str());
    if !names.eq(asked.iter().map(|(name, _)| *name)) || !proof.each.is_empty() {
        return Err(Fault::new(
            "proof.streams",
            "there has to be one of violations, and of each kind of deed that its scope hangs on",
        ));
    }
    told_apart(subject, forbidden.kinds())?;
    let asked: Vec<Asked<'_>> = asked.into_iter().map(|(_, asked)| asked).collect();
    literals::with_all(&subject.case, &asked, |streams| {
        let mut hinged = Vec::new();
        for (literals, stream) in streams.iter().zip(&proof.streams).skip(1) {
            hinged.push(leaves_of(literals, stream, "streams.opening")?);
        }
        let turns = turns((&forbidden.hinges, &proof.openings), &hinged, None)?;
        let scope = &scope_of(subject, &forbidden.hinges, &turns)?;
        let (literals, stream) = (streams[0], &proof.streams[0]);
        let others: usize = hinged.iter().map(Vec::len).sum();
        let check = Check { subject, scope, literals, forbidden: &forbidden, hinged };
        if stream.tree.is_none() {
            crate::screened(literals, stream, "streams.violation")?;
            if !is_told(subject) {
                return Err(Fault::new("proof.streams", "under this standard there has to be a tree"));
            }
            proof.refuted.iter().try_for_each(|refutation| check.refutes(refutation))?;
            proof.witnesses.iter().try_for_each(|witness| check.is_a_world(witness))?;
            return Ok(1 + others);
        }
        let all = leaves_of(literals, stream, "streams.violation")?;
        proof.refuted.iter().try_for_each(|refutation| check.refutes_by_amounts(refutation, &all))?;
        proof.witnesses.iter().try_for_each(|witness| check.is_a_world_of_amounts(witness, &all))?;
        Ok(all.len() + others)
    })?
}

/// Whether one report is enough under the standard, so that it can be looked at report by report.
#[must_use]
pub fn is_told(subject: &Subject<'_>) -> bool {
    !matches!(subject.case.standard, Standard::Corroborated | Standard::Adverse | Standard::Admitted)
}

/// What it may come to where nothing forbidden was done.
#[must_use]
pub fn unviolated(scope: &Doubt, at: Instant) -> Vec<Status> {
    let begun = |ticks: &Ticks| ticks.first_from(Instant::MIN).is_some_and(|first| first <= at);
    let may_be = |status: &Status| match status {
        Status::Pending => scope.possible.contains(at),
        Status::Met => !scope.certain.contains(at) && begun(&scope.possible),
        Status::Inactive => !begun(&scope.certain),
        _ => false,
    };
    [Status::Pending, Status::Met, Status::Inactive].into_iter().filter(may_be).collect()
}

/// The times in which it bound, up to an instant; each to before its end.
#[must_use]
pub fn bound_until(scope: &Ticks, at: Instant) -> Vec<(Instant, Instant)> {
    let bound = scope.within(Instant::MIN, at);
    bound.periods().iter().map(|period| (period.first, period.last.next())).collect()
}

/// Whether it bound throughout a period that was over by an instant.
#[must_use]
pub fn is_bound(scope: &Ticks, at: Instant, period: Period) -> bool {
    period.last <= at && scope.within(period.first, period.last).periods() == [period]
}

struct Check<'a, 'l> {
    subject: &'a Subject<'a>,
    scope: &'a Doubt,
    literals: &'a Literals<'l>,
    forbidden: &'a Forbidden<'a>,
    /// What is said of the deeds on which the scope hangs.
    hinged: Vec<Leaves>,
}

impl Check<'_, '_> {
    fn bounds(&self) -> BTreeSet<Bound> {
        self.literals.bounds(&self.literals.names()).unwrap_or_default()
    }

    /// By how much was done of it at least, and at most.
    fn refutes_by_amounts(&self, refutation: &Refutation, leaves: &Leaves) -> Result<(), Fault> {
        let at = at_refuted(refutation.status);
        let asked = self.subject.case.at;
        let Refutation { status, way, steps, .. } = refutation;
        if refutation.claim.is_some() || !refutation.throughout.is_empty() {
            return Err(Fault::new(at, "amounts are bounded by steps"));
        }
        if *status == self.forbidden.worst {
            let windows = bound_until(&self.scope.possible, asked);
            if *way != 0 || steps.len() != windows.len() {
                return Err(Fault::new(at, "there has to be a way through each time in scope"));
            }
            return windows.into_iter().zip(steps).try_for_each(|(window, steps)| {
                each(steps, leaves, &at, |steps, bounds| path::at_most(steps, bounds, window, 0, &at))
            });
        }
        if unviolated(self.scope, asked).contains(status) {
            let windows = bound_until(&self.scope.certain, asked);
            let window =
                windows.get(*way).ok_or_else(|| Fault::new(&at, "there is no such time in scope"))?;
            let [steps] = steps.as_slice() else {
                return Err(Fault::new(at, "there has to be a way for each leaf"));
            };
            return each(steps, leaves, &at, |steps, bounds| path::at_least(steps, bounds, *window, 1, &at));
        }
        let plain = *refutation == Refutation::plain(*status);
        plain.then_some(()).ok_or_else(|| Fault::new(at, "nothing is needed to refute it"))
    }

    /// That the deeds of a witness satisfy greatest sets of literals.
    fn is_a_world_of_amounts(&self, witness: &Witness, leaves: &Leaves) -> Result<(), Fault> {
        let at = at_witness(witness.status);
        let forbidden = self.told(witness, &at)?;
        if forbidden.iter().any(|deed| deed.report.is_some()) {
            return Err(Fault::new(at, "a deed of no report in particular"));
        }
        let amounts: Vec<(Instant, Amount)> = forbidden.iter().map(|d| (d.at, d.amount)).collect();
        in_leaf(&amounts, leaves, witness.leaves[0], &at)
    }

    /// The forbidden deeds of a witness, where all others satisfy greatest sets of literals.
    fn told<'w>(&self, witness: &'w Witness, at: &str) -> Result<Vec<&'w crate::Deed>, Fault> {
        let kinds = self.forbidden.kinds();
        if !witness.owed.is_empty() {
            return Err(Fault::new(at, "nothing is owed of what is forbidden"));
        }
        if witness.leaves.len() != kinds.len() {
            return Err(Fault::new(at, "it names a leaf for each stream"));
        }
        let mut by_kind: Vec<Vec<&crate::Deed>> = vec![Vec::new(); kinds.len()];
        for deed in &witness.deeds {
            by_kind[literals::kind_of(&self.subject.case, &deed.made(), &kinds)?].push(deed);
        }
        let hinged = by_kind.iter().skip(1).zip(&self.hinged).zip(witness.leaves.iter().skip(1));
        for ((own, leaves), leaf) in hinged {
            if own.iter().any(|deed| deed.report.is_some()) {
                return Err(Fault::new(at, "a deed that is not forbidden makes no report true"));
            }
            let amounts: Vec<(Instant, Amount)> = own.iter().map(|deed| (deed.at, deed.amount)).collect();
            in_leaf(&amounts, leaves, *leaf, at)?;
        }
        Ok(by_kind.swap_remove(0))
    }

    fn refutes(&self, refutation: &Refutation) -> Result<(), Fault> {
        let at = at_refuted(refutation.status);
        let case = &self.subject.case;
        let unviolated = unviolated(self.scope, case.at);
        if !refutation.throughout.is_empty() {
            return Err(Fault::new(at, "it is no state"));
        }
        match (refutation.way, &refutation.claim, refutation.steps.as_slice()) {
            // Nothing else can be of what is excused by nothing and binds when it does.
            _ if refutation.status == self.forbidden.worst || unviolated.contains(&refutation.status) => {}
            (0, None, []) => return Ok(()),
            _ => return Err(Fault::new(at, "nothing is needed to refute it")),
        }
        match (refutation.status, &refutation.claim, refutation.steps.as_slice()) {
            (status, Some(id), []) if unviolated.contains(&status) && refutation.way == 0 => {
                let claim = case.claims.iter().find(|claim| claim.id == *id);
                let claim = claim.ok_or_else(|| Fault::new(&at, "there is no such claim"))?;
                self.is_certain(claim, &at)
            }
            (worst, None, steps) if worst == self.forbidden.worst && refutation.way == 0 => {
                let windows = bound_until(&self.scope.possible, case.at);
                if windows.len() != steps.len() {
                    return Err(Fault::new(at, "there has to be a way through each time in scope"));
                }
                windows.into_iter().zip(steps).try_for_each(|(window, steps)| match steps.as_slice() {
                    [steps] => path::at_most(steps, &self.bounds(), window, 0, &at),
                    _ => Err(Fault::new(&at, "there has to be one way through time")),
                })
            }
            _ => Err(Fault::new(
                at,
                "it needs a deed that nothing contradicts, or that somebody watched throughout",
            )),
        }
    }

    /// That the deed of a claim happened in every world, while the duty bound.
    fn is_certain(&self, claim: &Claim, at: &str) -> Result<(), Fault> {
        let case = &self.subject.case;
        let in_time = claim.occurred.is_some_and(|occurred| is_bound(&self.scope.certain, case.at, occurred));
        let fault = match () {
            () if !in_time => "it need not have been while the duty bound",
            () if !self.literals.names().contains(&format!("the deed of {}", claim.id)) => {
                "it proves no deed"
            }
            () if !is_settled(self.literals, case.claims, claim) => "something is against it",
            () => return Ok(()),
        };
        Err(Fault::new(at, format!("{}: {fault}", claim.id)))
    }

    /// That the deeds of a witness make every accepted report true, once, and none was where somebody was silent.
    fn is_a_world(&self, witness: &Witness) -> Result<(), Fault> {
        let at = at_witness(witness.status);
        let forbidden = self.told(witness, &at)?;
        if witness.leaves[0] != 0 {
            return Err(Fault::new(at, "it names the one leaf"));
        }
        let names = self.literals.names();
        let claims: BTreeMap<&Id, &Claim> = self.subject.case.claims.iter().map(|c| (&c.id, c)).collect();
        let proven: BTreeSet<&Id> =
            claims.keys().copied().filter(|id| names.contains(&format!("the deed of {id}"))).collect();
        if proven.len() != names.len() {
            return Err(Fault::new(
                at,
                "a world is shown only where nothing but reports of deeds is accepted",
            ));
        }
        if let Some(open) = left_open(self.literals, self.subject.case.claims) {
            return Err(Fault::new(at, format!("{open} leaves more open than is checked")));
        }
        let mut told = BTreeSet::new();
        for deed in forbidden {
            if deed.amount != Amount::whole(1) {
                return Err(Fault::new(at, "a forbidden deed is one"));
            }
            match &deed.report {
                Some(id) => {
                    let claim = claims.get(id).filter(|_| proven.contains(id) && told.insert(id.clone()));
                    let right = claim.is_some_and(|claim| agrees(claim, deed.at, &deed.by));
                    if !right {
                        return Err(Fault::new(at, format!("no deed of {id} was as this one")));
                    }
                }
                None => self.nobody_was_silent(deed.at, &at)?,
            }
        }
        if told.len() != proven.len() {
            return Err(Fault::new(at, "a report that is accepted is not made true"));
        }
        Ok(())
    }

    fn nobody_was_silent(&self, when: Instant, at: &str) -> Result<(), Fault> {
        let heard = self.bounds().into_iter().find(|b| !b.lower && b.from <= when && when < b.until);
        heard.map_or(Ok(()), |bound| {
            Err(Fault::new(at, format!("an unreported deed at {when} is against {}", bound.ground)))
        })
    }
}

/// Whether no accepted word is against a report, and no other report is of its deed.
#[must_use]
pub fn is_settled(literals: &Literals<'_>, claims: &[Claim], claim: &Claim) -> bool {
    let against = |name: &String| {
        *name == format!("a denial of {}", claim.id)
            || name.ends_with(&format!(" would have reported the deeds of {}", claim.id))
    };
    let same = |other: &Claim| other.id != claim.id && other.reference == claim.reference;
    let shared = claim.reference.is_some() && claims.iter().any(same);
    !shared && !literals.names().iter().any(against)
}

/// A claim that is used or leaves room and of which more is open than whether its deed happened; none where there is none.
#[must_use]
pub fn left_open(literals: &Literals<'_>, claims: &[Claim]) -> Option<Id> {
    let heard = |why: &str| matches!(why, "used" | "room");
    let screen = literals.screen();
    let heard: BTreeSet<&Id> = screen.iter().filter(|one| heard(&one.why)).map(|one| &one.claim).collect();
    let plain = |claim: &&Claim| {
        claim.kind == Kind::Event && claim.range().high.is_some() && is_settled(literals, claims, claim)
    };
    let mut all = claims.iter().filter(|claim| heard.contains(&claim.id));
    all.find(|claim| !plain(claim)).map(|claim| claim.id.clone())
}

/// Whether a deed is as a report has it.
fn agrees(claim: &Claim, when: Instant, by: &[Id]) -> bool {
    let named: Vec<&Id> = claim.by.iter().filter_map(|named| named.party.as_ref()).collect();
    let did = |party: &&Id| by.contains(party);
    let doers = match claim.by_mode {
        Doers::Joint => named.iter().all(did),
        Doers::Alternatives => named.iter().any(did) && by.iter().all(|one| named.contains(&one)),
    };
    doers && claim.occurred.is_some_and(|occurred| occurred.contains(&Period::at(when)))
}
