//! The worlds of any provision, one by one: every amount that can be told apart, of every stream, at every tick
//! of a grid that stands for all.
//!
//! Invariant: streams that one claim speaks to, or that one deed can serve, are never treated as independent;
//! but a part of a whole is never more than the whole.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Period,
    agreement::{Counting, Provision, Rule, Tie, TieKind, Unruled},
    claim::Kind,
};

use crate::{
    Oracle, ProvisionVerdict, Refused,
    bounds::{Bounds, NONE},
    evidence::Evidence,
    grid,
    incidents::{FURTHER, Incidents},
    references, stocks,
    streams::{Cap, Stream, Streams},
    world::{Deed, Facts, Outcome, Stock, World, not_handled},
};

/// What came at each point.
type Amounts = Vec<i64>;

/// The verdict on any provision.
pub(crate) fn verdict(oracle: &Oracle, provision: &Provision) -> Result<ProvisionVerdict, Refused> {
    let streams = Streams::of(oracle, provision)?;
    if oracle.unit() != Amount::whole(1).0 {
        return not_handled("amounts that are not whole");
    }
    let ties = || oracle.agreement().actors.iter().flat_map(|actor| &actor.ties);
    let bound =
        |tie: &Tie| matches!(tie.kind, TieKind::Accepted | TieKind::Left) && tie.contested_by.is_empty();
    if !ties().all(bound) {
        return not_handled("worlds of ties");
    }
    let case = General { oracle, streams: &streams };
    case.independent()?;
    let mut evidence = Vec::new();
    for stream in &streams.acts {
        case.said_plainly(stream)?;
        let gathered = Evidence::gather(oracle, &stream.action)?;
        let maximal = gathered.worlds(&stream.bearers, &stream.verifiers)?;
        evidence.push((gathered.cuts.clone(), maximal));
    }
    let mut cuts: BTreeSet<Instant> = evidence.iter().flat_map(|(cuts, _)| cuts.iter().copied()).collect();
    cuts.extend(case.said_of_states());
    if let Some((id, trigger, answer)) = &streams.referenced {
        for action in [trigger, answer] {
            cuts.extend(Incidents::of(oracle, case.named(id)?, action)?.cuts.iter().copied());
        }
    }
    for id in &streams.forbidden {
        cuts.extend(case.incidents(id)?.cuts.iter().copied());
    }
    let points = grid::points(oracle, &streams, cuts)?;
    let maximal: Vec<Vec<Bounds>> = evidence
        .iter()
        .map(|(_, maximal)| maximal.iter().map(|bounds| bounds.at(&points)).collect())
        .collect();
    let mut choices: Vec<Vec<Vec<Deed>>> = Vec::new();
    for (index, stream) in streams.acts.iter().enumerate() {
        if stream.whole.is_none() {
            choices.push(case.family(index, &maximal, &points)?);
        }
    }
    let mut unseen = Vec::new();
    for id in &streams.forbidden {
        let incidents = case.incidents(id)?.at(&points);
        unseen.extend(case.so_judged(incidents.further()));
        choices.push(case.judged(incidents.deeds()?));
    }
    if let Some((id, trigger, answer)) = &streams.referenced {
        let exchange = case.named(id)?;
        choices.push(references::deeds(oracle, exchange, trigger, answer, &points)?);
    }
    let mut facts = case.facts();
    let mut free = Vec::new();
    for id in &streams.states {
        let stocks = stocks::stocks(oracle, case.named(id)?, &points)?;
        free.extend(stocks.free.iter().filter(|_| *id == provision.id));
        let with = |facts: &Facts| {
            let of = |stocks: &Vec<Stock>| Facts { stocks: stocks.clone(), ..facts.clone() };
            stocks.worlds.iter().map(of).collect::<Vec<_>>()
        };
        facts = facts.iter().flat_map(with).collect();
    }
    case.join(provision, &choices, &facts, &free, &unseen)
}

struct General<'a> {
    oracle: &'a Oracle<'a>,
    streams: &'a Streams,
}

impl General<'_> {
    /// Claims of an exercise have to say what it concerns.
    fn said_plainly(&self, stream: &Stream) -> Result<(), Refused> {
        let Some(concerns) = &stream.concerns else { return Ok(()) };
        let says = |claim: &&&model::claim::Claim| claim.act.as_ref() == Some(&stream.action.act);
        let other = |claim: &&model::claim::Claim| {
            claim.written.get("concerns").and_then(|said| said.as_str()) != Some(concerns)
        };
        if self.oracle.live.iter().filter(says).any(other) {
            return not_handled("an exercise that concerns something else");
        }
        Ok(())
    }

    fn named(&self, id: &Id) -> Result<&Provision, Refused> {
        match self.oracle.agreement().provisions.iter().find(|p| p.id == *id) {
            Some(provision) => Ok(provision),
            None => not_handled("a provision that is not there"),
        }
    }

    /// When anything is said of states, where some are to be kept.
    fn said_of_states(&self) -> Vec<Instant> {
        let states = self.oracle.live.iter().filter(|claim| claim.kind == Kind::State);
        let states = states.filter(|_| !self.streams.states.is_empty());
        let ends = |period: Period| [period.first, period.last.next()];
        states.filter_map(|claim| claim.occurred).flat_map(ends).collect()
    }

    fn incidents(&self, id: &Id) -> Result<Incidents<'_>, Refused> {
        let provision = self.named(id)?;
        match &provision.rule {
            Rule::Prohibition { action } | Rule::Answerable { action, .. } => {
                Incidents::of(self.oracle, provision, action)
            }
            _ => not_handled("a rule of another kind"),
        }
    }

    /// No claim speaks to two streams, but to a part and its whole.
    fn independent(&self) -> Result<(), Refused> {
        let acts = &self.streams.acts;
        for (i, one) in acts.iter().enumerate() {
            for (j, other) in acts.iter().enumerate().skip(i + 1) {
                if one.whole == Some(j) || other.whole == Some(i) {
                    continue;
                }
                self.oracle.independent(&one.action, &other.action)?;
            }
            for id in &self.streams.forbidden {
                let forbidden = self.oracle.agreement().provisions.iter().find(|p| p.id == *id);
                if let Some(action) = forbidden.and_then(|p| p.rule.action()) {
                    self.oracle.independent(&one.action, action)?;
                }
            }
        }
        for action in self.streams.referenced.iter().flat_map(|(_, trigger, answer)| [trigger, answer]) {
            acts.iter().try_for_each(|other| self.oracle.independent(action, &other.action))?;
        }
        if self.streams.forbidden.len() + usize::from(self.streams.referenced.is_some()) > 1 {
            return not_handled("several prohibitions at once");
        }
        Ok(())
    }

    /// How many instances an exchange may have; where nothing bounds it, one more than were reported stands for
    /// the rest.
    fn instances(&self, maximal: &[Bounds], every: Amount) -> i64 {
        let most = maximal.iter().map(|bounds| {
            let end = bounds.points.len() - 1;
            let (low, high) = (bounds.low(0, end), bounds.high(0, end));
            if high < NONE { high / every.0 } else { low / every.0 + 1 }
        });
        most.max().unwrap_or(0)
    }

    /// Beyond which amount all are alike, and whether there can be no more.
    fn cap(&self, stream: &Stream, maximal: &[Vec<Bounds>]) -> Result<(i64, bool), Refused> {
        Ok(match stream.cap {
            Cap::Alike(amount) => (amount.0, false),
            Cap::Trigger(every) if every.0 > 0 => {
                let index = self.streams.acts.iter().position(|other| other.action == stream.action);
                (self.instances(&maximal[index.unwrap_or(0)], every) * every.0, true)
            }
            Cap::Answer(trigger, required) => {
                let Cap::Trigger(every) = self.streams.acts[trigger].cap else {
                    return not_handled("an answer without a trigger");
                };
                (self.instances(&maximal[trigger], every) * required.0, false)
            }
            Cap::Trigger(_) => return not_handled("an exchange of nothing"),
        })
    }

    /// The deeds of a stream and its parts, in every way.
    fn family(
        &self,
        index: usize,
        maximal: &[Vec<Bounds>],
        points: &[Instant],
    ) -> Result<Vec<Vec<Deed>>, Refused> {
        let acts = &self.streams.acts;
        let parts: Vec<usize> = (0..acts.len()).filter(|part| acts[*part].whole == Some(index)).collect();
        let whole = &acts[index];
        let (mut cap, only) = self.cap(whole, maximal)?;
        for part in &parts {
            let low = maximal[*part].iter().map(|bounds| bounds.low(0, points.len() - 1)).max().unwrap_or(0);
            cap += self.cap(&acts[*part], maximal)?.0.max(low);
        }
        let cumulative = whole.cumulative && parts.is_empty();
        let mut wholes: Vec<BTreeSet<Amounts>> = Vec::new();
        for bounds in &maximal[index] {
            wholes.push(self.amounts(bounds, cap, only, cumulative)?);
        }
        // Sets of amounts, of the whole and of each part in order.
        let mut joint: Vec<BTreeSet<Vec<Amounts>>> =
            wholes.into_iter().map(|set| set.into_iter().map(|amounts| vec![amounts]).collect()).collect();
        for part in &parts {
            let (cap, _) = self.cap(&acts[*part], maximal)?;
            let mut next = Vec::new();
            for bounds in &maximal[*part] {
                let own = self.amounts(bounds, cap, false, false)?;
                for known in &joint {
                    self.oracle.spend(own.len().saturating_mul(known.len()) / 8)?;
                    let fits = |known: &&Vec<Amounts>, own: &Amounts| {
                        (0..own.len()).all(|i| {
                            known[1..].iter().map(|part| part[i]).sum::<i64>() + own[i] <= known[0][i]
                        })
                    };
                    let mut both = BTreeSet::new();
                    for known in known {
                        let with = own.iter().filter(|own| fits(&known, own));
                        both.extend(with.map(|own| [known.clone(), vec![own.clone()]].concat()));
                    }
                    if both.is_empty() {
                        return not_handled("a part that contradicts its whole");
                    }
                    next.push(both);
                }
            }
            joint = next;
        }
        let mut all = BTreeSet::new();
        for amounts in joint.into_iter().flatten() {
            let mut deeds = Vec::new();
            for (i, point) in points.iter().enumerate().take(amounts[0].len()) {
                let of_parts: i64 = amounts[1..].iter().map(|part| part[i]).sum();
                let of = |stream: &Stream, amount: i64| {
                    let concerns = stream.concerns.clone();
                    Deed { concerns, ..Deed::of(&stream.action, *point, Amount(amount)) }
                };
                let rest = amounts[0][i] - of_parts;
                deeds.extend((rest > 0).then(|| of(whole, rest)));
                for (part, amounts) in parts.iter().zip(&amounts[1..]) {
                    deeds.extend((amounts[i] > 0).then(|| of(&acts[*part], amounts[i])));
                }
            }
            all.insert(deeds);
        }
        Ok(all.into_iter().collect())
    }

    /// Every way in which amounts can have come that bounds allow, but for those beyond a cap, which are alike.
    fn amounts(
        &self,
        bounds: &Bounds,
        cap: i64,
        only: bool,
        cumulative: bool,
    ) -> Result<BTreeSet<Amounts>, Refused> {
        let end = bounds.points.len() - 1;
        let unit = Amount::whole(1).0;
        let most = if only { cap } else { cap.max(bounds.low(0, end)) };
        let mut found: BTreeSet<Vec<i64>> = BTreeSet::new();
        let mut todo: Vec<Vec<i64>> = vec![vec![0]];
        while let Some(totals) = todo.pop() {
            let j = totals.len();
            if j > end {
                self.oracle.spend(1)?;
                found.insert(totals.windows(2).map(|two| two[1] - two[0]).collect());
                continue;
            }
            let (mut low, mut high) = (0, NONE);
            for (i, total) in totals.iter().enumerate() {
                low = low.max(total + bounds.low(i, j));
                high = high.min(total.saturating_add(bounds.high(i, j)));
            }
            let last = totals[j - 1];
            high = high.min(if only { most } else { last + most });
            if cumulative {
                high = high.min(low.max(cap));
            }
            let mut total = low;
            while total <= high {
                todo.push([&totals[..], &[total]].concat());
                total += unit;
            }
            if todo.len() > 100_000 {
                return Err(Refused::TooMany);
            }
        }
        Ok(found)
    }

    /// Deeds that are all that judgements can say.
    fn so_judged(&self, deeds: Vec<Deed>) -> Vec<Deed> {
        let so = |deed: Deed| Deed {
            judged: self.streams.judged.iter().map(|one| one.0.clone()).collect(),
            ..deed
        };
        deeds.into_iter().map(so).collect()
    }

    /// Deeds of which each may or may not be what only a judgement can say.
    fn judged(&self, worlds: Vec<Vec<Deed>>) -> Vec<Vec<Deed>> {
        let mut worlds = worlds;
        for (judgement, unruled) in &self.streams.judged {
            let mut next = Vec::new();
            for world in &worlds {
                for set in 0_usize..1 << world.len().min(10) {
                    let of = |(index, deed): (usize, &Deed)| {
                        let mut deed = deed.clone();
                        let so = set >> index & 1 == 1;
                        deed.judged.extend(so.then(|| judgement.clone()));
                        deed
                    };
                    next.push(world.iter().enumerate().map(of).collect());
                }
            }
            // Without a time of its own a judgement stays open, whatever holds when that is over.
            let _: &Unruled = unruled;
            worlds = next;
        }
        worlds
    }

    /// What values come to that nobody has set.
    fn facts(&self) -> Vec<Facts> {
        let mut all = vec![Facts::default()];
        for id in &self.streams.unset {
            let units = 1..=self.streams.most.floor();
            let amounts: Vec<Amount> =
                units.map(Amount::whole).chain([Amount::LEAST, Amount::whole(1_000_000)]).collect();
            let with = |facts: &Facts| {
                let mut each = Vec::new();
                for amount in &amounts {
                    let mut facts = facts.clone();
                    facts.values.insert(id.clone(), *amount);
                    each.push(facts);
                }
                each
            };
            all = all.iter().flat_map(with).collect();
        }
        all
    }

    fn join(
        &self,
        provision: &Provision,
        choices: &[Vec<Vec<Deed>>],
        facts: &[Facts],
        free: &[Period],
        unseen: &[Deed],
    ) -> Result<ProvisionVerdict, Refused> {
        let count = choices.iter().fold(facts.len(), |n, all| n.saturating_mul(all.len()));
        self.oracle.spend(count)?;
        let mut outcomes: Vec<Outcome> = Vec::new();
        let forbids = self.streams.forbidden.contains(&provision.id);
        // A day is one violation at most, however many deeds it has.
        let by_day = forbids && provision.terms.counting == Counting::Day;
        let mut days = 0;
        let mut unbounded = false;
        for number in 0..count {
            let (mut deeds, mut rest) = (Vec::new(), number / facts.len());
            for all in choices {
                deeds.extend(all[rest % all.len()].iter().cloned());
                rest /= all.len();
            }
            let facts = &facts[number % facts.len()];
            let at = self.oracle.case.at;
            let of = |deeds: &[Deed]| {
                World::new(self.oracle.agreement(), deeds, facts, at)?.outcome(provision, at)
            };
            let outcome = of(&deeds)?;
            if !unbounded && !free.is_empty() {
                let world = World::new(self.oracle.agreement(), &deeds, facts, at)?;
                let window = world.state_window(provision)?;
                unbounded = free.iter().any(|cell| window.within(cell.first, cell.last).length() > 1);
            }
            // Where one that nobody reported is a violation, any number of them may be.
            let further = |deed: &Deed| deed.reference.as_deref() == Some(FURTHER);
            if by_day && !deeds.iter().any(further) {
                let all: Vec<Deed> = deeds.iter().chain(unseen).cloned().collect();
                days = days.max(of(&all)?.violations);
            } else if !unbounded && forbids && !by_day && deeds.iter().any(further) {
                let known: Vec<Deed> = deeds.iter().filter(|deed| !further(deed)).cloned().collect();
                unbounded = of(&known)?.violations < outcome.violations;
            }
            if !outcomes.contains(&outcome) {
                outcomes.push(outcome);
            }
        }
        let exchange = matches!(provision.rule, Rule::Exchange { .. });
        let keys: BTreeMap<String, ()> = outcomes
            .iter()
            .flat_map(|outcome| outcome.instances.keys().map(|key| (key.clone(), ())))
            .collect();
        let keys: Vec<String> = if exchange { keys.into_keys().collect() } else { Vec::new() };
        let mut verdict = ProvisionVerdict::new(provision);
        verdict.violations = (u64::MAX, Some(0));
        for outcome in &outcomes {
            verdict.add(outcome, &keys);
            let (certain, possible) = verdict.violations;
            verdict.violations =
                (certain.min(outcome.violations), possible.map(|most| most.max(outcome.violations)));
        }
        if by_day {
            verdict.violations.1 = Some(days);
        } else if unbounded {
            verdict.violations.1 = None;
        }
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Oracle, generator, verdict as verdict_on};

    /// The grid and the classes of amounts are two ways to count the same worlds.
    #[test]
    fn plain_duties_come_to_what_their_classes_do() {
        let (mut checked, mut doubtful) = (0, 0);
        for seed in 0..250 {
            let owned = generator::case(seed);
            let case = owned.as_case();
            for provision in &owned.agreement.provisions {
                let oracle = Oracle::new(&case, 20_000).unwrap();
                let Ok(by_grid) = verdict(&oracle, provision) else { continue };
                assert!(oracle.is_plain(provision), "seed {seed}");
                let Ok(by_classes) = verdict_on(&case, provision, 100_000) else { continue };
                assert_eq!(by_grid.status, by_classes.status, "seed {seed}: {}\n{owned}", provision.id);
                assert_eq!(by_grid.by_bearer, by_classes.by_bearer, "seed {seed}: {}\n{owned}", provision.id);
                assert_eq!(
                    by_grid.violations, by_classes.violations,
                    "seed {seed}: {}\n{owned}",
                    provision.id
                );
                checked += 1;
                doubtful += usize::from(by_grid.status.len() > 1);
            }
        }
        assert!(checked > 100 && doubtful > 30, "only {checked} are small enough, {doubtful} in doubt");
    }
}
