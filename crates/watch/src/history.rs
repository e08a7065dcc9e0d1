//! How the verdict for one instant changed as evidence came in, and what changed it.
//!
//! Invariant: each row is the verdict that the same question would get with just so much known; between two rows nothing known
//! changes it. Where time alone can, the instant is found by halving.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, StatusSet,
    amount::Range,
    answer::{Count, InstanceAnswer, ProvisionAnswer},
    claim::Claim,
    decision::{Decision, Verdict},
};
use serde::Serialize;

use crate::{
    NoExplanation, Watch,
    bearing::Bearing,
    explain::choose,
    verdict::{Inputs, Question},
};

/// More known instants than this are not gone through.
pub const INSTANTS_MAX: usize = 5000;

/// The verdict for one instant, as it was known over time.
#[derive(Clone, Debug, Serialize)]
pub struct History {
    /// The provision.
    pub provision: Id,
    /// Its name.
    pub label: String,
    /// The instance, where one was asked about.
    pub instance: Option<String>,
    /// Statuses are those of this instant.
    pub at: Instant,
    /// Nothing known later was used.
    pub known_at: Instant,
    /// As asked.
    pub standard: String,
    /// As asked.
    pub reading: String,
    /// How many known instants were gone through.
    pub looked_at: usize,
    /// From which instant on the rows are complete; later than the first known only where there were too many.
    pub complete_from: Instant,
    /// The verdict from each known instant at which it changed, in order of time.
    pub rows: Vec<Row>,
}

/// What was known from an instant on.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// From when.
    pub known_from: Instant,
    /// Until when; none for what is known last.
    pub known_to: Option<Instant>,
    /// The statuses possible.
    pub status: StatusSet,
    /// Whether the set is known to be the smallest that is right.
    pub exact: bool,
    /// Why there is more than one.
    pub why: Vec<String>,
    /// How much, where one instance is looked at.
    pub amount: Option<Range>,
    /// What is owed, where one instance is looked at.
    pub required: BTreeMap<String, Amount>,
    /// How many instances have each status, where several are looked at.
    pub tally: BTreeMap<String, Count>,
    /// Violations of a prohibition.
    pub violations: Option<Count>,
    /// What changed it; empty for the first row.
    pub because: Vec<Cause>,
}

/// What changed a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// `claim`, `decision` or `time`.
    pub kind: String,
    /// The claim, the decision, or the source whose silence came to count.
    pub id: Id,
    /// Who spoke, decided or was silent.
    pub source: Id,
    /// The name of that.
    pub source_label: String,
    /// What was said, decided, or passed.
    pub words: String,
}

/// What a row shows, without its causes.
#[derive(Clone, PartialEq, Eq)]
struct Shown {
    status: StatusSet,
    amount: Option<Range>,
    tally: BTreeMap<String, Count>,
    violations: Option<Count>,
}

impl Watch {
    /// How the verdict on a provision, or on one of its instances, for the instant asked about changed as evidence came in.
    ///
    /// # Errors
    /// For names that the agreement does not have, and provisions that are not computed.
    pub fn history(
        &self,
        question: &Question,
        provision: &str,
        instance: Option<&str>,
    ) -> Result<History, NoExplanation> {
        let bearing = Bearing::of(self, question, provision)?;
        let last = bearing.own(&bearing.answer(bearing.known())?)?;
        if instance.is_some() {
            choose(&last, instance)?;
        }
        let past = Past { watch: self, bearing, instance };
        let (mut instants, complete_from) = past.instants(&last);
        past.add_changes_by_time(&mut instants)?;
        let mut rows: Vec<Row> = Vec::new();
        let mut before: Option<Shown> = None;
        for (index, known) in instants.iter().enumerate() {
            if index.checked_sub(1).is_some_and(|before| !past.may_change(instants[before], *known)) {
                continue;
            }
            let (own, one) = past.verdict(*known)?;
            let shown = shown(&own, one.as_ref());
            if before.as_ref() == Some(&shown) {
                continue;
            }
            let because = match &before {
                Some(before) => past.causes(*known, before, &shown)?,
                None => Vec::new(),
            };
            if let Some(row) = rows.last_mut() {
                row.known_to = Some(*known);
            }
            rows.push(row(*known, own, one, &shown, because));
            before = Some(shown);
        }
        let rule = past.bearing.rule();
        Ok(History {
            provision: rule.id.clone(),
            label: rule.label.clone(),
            instance: instance.map(str::to_owned),
            at: past.bearing.at(),
            known_at: past.bearing.known(),
            standard: question.standard.to_string(),
            reading: question.reading.clone().unwrap_or_else(|| "text".to_owned()),
            looked_at: instants.len(),
            complete_from,
            rows,
        })
    }
}

fn shown(own: &ProvisionAnswer, one: Option<&InstanceAnswer>) -> Shown {
    let prohibition = own.kind == "prohibition";
    match one {
        Some(one) => Shown {
            status: one.status,
            amount: (!prohibition).then_some(one.amount),
            tally: BTreeMap::new(),
            violations: prohibition.then_some(own.violations),
        },
        None => Shown {
            status: own.status.unwrap_or_default(),
            amount: None,
            tally: own.tally.clone(),
            violations: prohibition.then_some(own.violations),
        },
    }
}

fn row(
    known_from: Instant,
    own: ProvisionAnswer,
    one: Option<InstanceAnswer>,
    shown: &Shown,
    because: Vec<Cause>,
) -> Row {
    let (why, required) = one.map_or((own.why, BTreeMap::new()), |one| (one.why, one.required));
    let Shown { status, amount, tally, violations } = shown.clone();
    let exact = own.exact;
    Row { known_from, known_to: None, status, exact, why, amount, required, tally, violations, because }
}

struct Past<'a> {
    watch: &'a Watch,
    bearing: Bearing<'a>,
    instance: Option<&'a str>,
}

impl Past<'_> {
    /// The verdict with just so much known, and the instance looked at: the one asked about, or the only one.
    fn verdict(&self, known: Instant) -> Result<(ProvisionAnswer, Option<InstanceAnswer>), NoExplanation> {
        let own = self.bearing.own(&self.bearing.answer(known)?)?;
        let one = self.one(&own);
        Ok((own, one))
    }

    fn one(&self, own: &ProvisionAnswer) -> Option<InstanceAnswer> {
        match self.instance {
            Some(key) => own.instances.iter().find(|one| one.key == key).cloned(),
            None => match own.instances.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
        }
    }

    fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.watch.claims.iter().filter(|claim| self.speaks(claim))
    }

    /// Whether a claim can matter. Whoever replaces, withdraws or denies something may do so by a claim of any act.
    fn speaks(&self, claim: &Claim) -> bool {
        let of_another = claim.revises.is_some() || claim.retracts.is_some() || !claim.about.is_empty();
        of_another || !claim.denies.is_empty() || self.bearing.bears(claim)
    }

    /// Every known instant at which the verdict can change, and from when on they are all there.
    fn instants(&self, last: &ProvisionAnswer) -> (Vec<Instant>, Instant) {
        let (at, until) = (self.bearing.at(), self.bearing.known());
        let start = self.bearing.agreement.in_force.min(until);
        let mut instants = BTreeSet::from([start, until]);
        instants.extend(self.claims().map(|claim| claim.known_at));
        instants.extend(self.watch.decisions.iter().map(|decision| decision.known_at));
        // Where something changes in time, it matters when a silence reaches it.
        let mut edges: BTreeSet<Instant> = BTreeSet::from([at]);
        let looked_at = last.instances.iter().filter(|one| self.instance.is_none_or(|key| one.key == key));
        edges.extend(looked_at.flat_map(|one| [one.window.from, one.window.to]).flatten());
        edges.extend(self.claims().filter_map(|c| c.occurred).flat_map(|p| [p.first, p.last]));
        for (_, coverage) in self.coverage() {
            let reach = self.reach();
            let ends = edges.iter().filter(|edge| **edge <= reach);
            instants.extend(ends.flat_map(|edge| [*edge + coverage.lag, edge.previous() + coverage.lag]));
        }
        let mut instants: Vec<Instant> =
            instants.into_iter().filter(|instant| start <= *instant && *instant <= until).collect();
        let left_out = instants.len().saturating_sub(INSTANTS_MAX);
        let complete_from = instants.get(left_out).copied().unwrap_or(start);
        instants.drain(..left_out);
        (instants, complete_from)
    }

    /// Adds the instants at which the verdict changed although nothing was said. As time goes on with nothing new it leaves ever
    /// fewer worlds, so that a verdict which is the same at both ends of a stretch was the same throughout.
    fn add_changes_by_time(&self, instants: &mut Vec<Instant>) -> Result<(), NoExplanation> {
        let at = |known| self.verdict(known).map(|(own, one)| shown(&own, one.as_ref()));
        let mut found = Vec::new();
        for pair in instants.windows(2) {
            let (mut from, known) = (pair[0], pair[1]);
            let until = if self.was_said(from, known) { known.previous() } else { known };
            if until <= from || !self.time_matters(from, until) {
                continue;
            }
            let (mut now, end) = (at(from)?, at(until)?);
            while now != end {
                let (mut same, mut other) = (from, until);
                while same.next() < other {
                    let middle = Instant(same.0 + (other.0 - same.0) / 2);
                    if at(middle)? == now { same = middle } else { other = middle }
                }
                found.push(other);
                (from, now) = (other, at(other)?);
            }
        }
        instants.extend(found);
        instants.sort_unstable();
        instants.dedup();
        Ok(())
    }

    /// Whether anything that became known between two instants, or a silence that came to count, can have changed the verdict.
    fn may_change(&self, before: Instant, known: Instant) -> bool {
        self.was_said(before, known) || self.time_matters(before, known)
    }

    /// Whether something was said or decided after one instant, by another, that can have changed the verdict.
    fn was_said(&self, before: Instant, known: Instant) -> bool {
        let between = |instant: Instant| before < instant && instant <= known;
        self.claims().any(|claim| between(claim.known_at))
            || self.watch.decisions.iter().any(|decision| between(decision.known_at))
    }

    /// Up to when it matters who was silent: a report of a time that goes on beyond the instant asked about may be refuted there.
    fn reach(&self) -> Instant {
        let at = self.bearing.at();
        let said = self.claims().filter_map(|claim| claim.occurred).filter(|period| period.first <= at);
        said.map(|period| period.last).fold(at, Instant::max)
    }

    /// Whether the passing of time between two instants can have changed the verdict by itself.
    fn time_matters(&self, before: Instant, known: Instant) -> bool {
        let (agreement, at, reach) = (&self.bearing.agreement, self.bearing.at(), self.reach());
        // Nobody has used a power unheard by a known instant; between that and the instant asked about anybody may have.
        let powers = !agreement.powers.is_empty()
            || agreement.provisions.iter().any(|provision| !provision.terms.consequences.is_empty());
        let whole = |c: &model::source::Coverage| c.scope.is_none() && c.counters.is_empty();
        let silence = || {
            self.coverage().filter(|(_, coverage)| whole(coverage)).any(|(_, coverage)| {
                let until = |known| model::source::silent_until(known, coverage.lag);
                let end = coverage.period.last.min(reach);
                let from = until(before).max(coverage.period.first.previous());
                from < until(known).min(end)
            })
        };
        powers && before < at || silence()
    }

    /// Who covers what is asked about.
    fn coverage(&self) -> impl Iterator<Item = (&model::source::Source, &model::source::Coverage)> {
        let each = self.watch.sources.iter().flat_map(|s| s.covers.iter().map(move |c| (s, c)));
        each.filter(|(_, coverage)| self.bearing.covers(coverage))
    }

    /// What came at an instant that the verdict would not have changed without.
    fn causes(&self, known: Instant, before: &Shown, now: &Shown) -> Result<Vec<Cause>, NoExplanation> {
        let claims: Vec<&Claim> = self.claims().filter(|claim| claim.known_at == known).collect();
        let decisions: Vec<&Decision> =
            self.watch.decisions.iter().filter(|decision| decision.known_at == known).collect();
        let all: BTreeSet<&Id> =
            claims.iter().map(|c| &c.id).chain(decisions.iter().map(|d| &d.id)).collect();
        let mut because = Vec::new();
        let (mut alone, mut needed) = (BTreeSet::new(), BTreeSet::new());
        for id in &all {
            if self.without(&BTreeSet::from([*id]), known)? != *now {
                needed.insert((*id).clone());
            }
            let others: BTreeSet<&Id> = all.iter().copied().filter(|other| other != id).collect();
            if all.len() > 1 && self.without(&others, known)? != *before {
                alone.insert((*id).clone());
            }
        }
        // What it would not be without; else what would have changed it alone; else all together.
        let chosen = [needed, alone, all.iter().map(|id| (*id).clone()).collect()];
        let by_time = self.without(&all, known)?;
        if by_time != *before {
            because.extend(self.passed(known));
        }
        if by_time != *now {
            let chosen = chosen.into_iter().find(|some| !some.is_empty()).unwrap_or_default();
            let claims = claims.into_iter().filter(|claim| chosen.contains(&claim.id));
            because.extend(claims.map(|claim| self.said(claim)));
            let decisions = decisions.into_iter().filter(|decision| chosen.contains(&decision.id));
            because.extend(decisions.map(decided));
        }
        Ok(because)
    }

    /// What is shown without some claims and decisions.
    fn without(&self, left_out: &BTreeSet<&Id>, known: Instant) -> Result<Shown, NoExplanation> {
        let decisions: Vec<Decision> =
            self.watch.decisions.iter().filter(|d| !left_out.contains(&d.id)).cloned().collect();
        let claims: Vec<Claim> =
            self.watch.claims.iter().filter(|claim| !left_out.contains(&claim.id)).cloned().collect();
        let claims = fusion::decided(&claims, &decisions, known);
        let inputs = Inputs { claims: &claims, decisions: &decisions, ..self.watch.inputs() };
        let own = self.bearing.own(&self.bearing.answer_to(inputs, known)?)?;
        Ok(shown(&own, self.one(&own).as_ref()))
    }

    fn said(&self, claim: &Claim) -> Cause {
        let words = claim.quote.clone().or_else(|| claim.note.clone()).unwrap_or_default();
        Cause {
            kind: "claim".to_owned(),
            id: claim.id.clone(),
            source: claim.source.clone(),
            source_label: self.watch.source_label(&claim.source).to_owned(),
            words,
        }
    }

    /// Sources whose silence can have come to count at an instant.
    fn passed(&self, known: Instant) -> Vec<Cause> {
        let mut causes: Vec<Cause> = Vec::new();
        for (source, coverage) in self.coverage() {
            let until = model::source::silent_until(known, coverage.lag);
            if !coverage.period.contains(&model::Period::at(until))
                || causes.iter().any(|c| c.id == source.id)
            {
                continue;
            }
            causes.push(Cause {
                kind: "time".to_owned(),
                id: source.id.clone(),
                source: source.id.clone(),
                source_label: source.label.clone(),
                words: format!(
                    "its silence up to {until} counts: {} have passed",
                    language::length_in_words(coverage.lag)
                ),
            });
        }
        if causes.is_empty() {
            causes.push(Cause {
                kind: "time".to_owned(),
                id: Id::new(),
                source: Id::new(),
                source_label: String::new(),
                words: "time passed".to_owned(),
            });
        }
        causes
    }
}

fn decided(decision: &Decision) -> Cause {
    let what = match &decision.verdict {
        Verdict::Merge => "merged".to_owned(),
        Verdict::Split => "split".to_owned(),
        Verdict::Reject => "rejected".to_owned(),
        Verdict::Place(_) => "placed".to_owned(),
        Verdict::Value { to, .. } => format!("set to {to}"),
        Verdict::Ruling(_) => "ruled on".to_owned(),
        Verdict::Kept(kind) => kind.clone(),
    };
    let reason = if decision.reason.is_empty() { String::new() } else { format!(": {}", decision.reason) };
    Cause {
        kind: "decision".to_owned(),
        id: decision.id.clone(),
        source: decision.by.clone(),
        source_label: decision.by.clone(),
        words: format!("{} {what}{reason}", decision.targets.join(", ")),
    }
}
