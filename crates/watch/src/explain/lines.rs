//! The claims and silences that bear on an instance, each with what it weighs or the one reason why it does not count.
//!
//! Invariant: every live claim with an act asked about is in exactly one of the lists.

use std::collections::BTreeMap;

use engine::{Evidence as _, Measure, Role};
use fusion::{Considered, Fused, Use};
use model::{
    Amount, Id, Instant, Period,
    agreement::{Action, Provision, Rule},
    claim::Claim,
    source::Source,
};
use serde::Serialize;

use crate::{Watch, bearing::patterns};

/// A claim in an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The claim.
    pub claim: Id,
    /// Who speaks.
    pub source: Id,
    /// Its name.
    pub source_label: String,
    /// What the claim bounds: `performance`, `trigger` or the words of a share.
    pub bears_on: String,
    /// Least and greatest amount, as stated.
    pub amount: model::amount::Range,
    /// What it gives to the bounds, and whether by itself; empty for one that does not count.
    pub weight: String,
    /// When it may have happened, or the period summed.
    pub occurred: String,
    /// When it became known.
    pub known_at: Instant,
    /// The words that we have for it.
    pub note: String,
    /// Why it proves nothing or is not used; empty for one that counts.
    pub reason: String,
}

/// A source whose silence counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Who is silent.
    pub source: Id,
    /// Its name.
    pub source_label: String,
    /// About what.
    pub bears_on: String,
    /// When.
    pub during: String,
    /// On what ground it is said to cover.
    pub basis: String,
    /// Which parties accept that it covers; where none does, this is an assumption.
    pub accepted_by: Vec<Id>,
}

/// What became of the evidence about an instance.
#[derive(Default)]
pub(crate) struct Lists {
    /// Claims that count.
    pub counted: Vec<Line>,
    /// Claims that leave room and prove nothing.
    pub possible: Vec<Line>,
    /// Claims that are not used.
    pub aside: Vec<Line>,
    /// Whose silence counts.
    pub silences: Vec<Silence>,
}

impl Lists {
    pub fn of(
        watch: &Watch,
        fused: &Fused<'_>,
        provision: &Provision,
        window: &Period,
        known: Instant,
    ) -> Lists {
        let mut lists = Lists::default();
        for (bears_on, action) in patterns(&provision.rule) {
            let mut own = action.clone();
            if own.by.is_empty() {
                own.by.clone_from(&provision.bearers);
            }
            let performs = bears_on == "performance";
            let items = if performs { provision.terms.made_up_with.as_slice() } else { &[] };
            let asked = Asked { pattern: &own, items, role: role(provision, &bears_on, action), bears_on };
            let measure = fused.measure_of_any(&own, items, asked.role);
            let weights = weights(&measure);
            let considered = fused.considered(&own, items, asked.role);
            lists.add(watch, considered, &asked.bears_on, &weights, window);
            lists.silences.extend(asked.silences(watch, &measure, window));
            lists.superseded(watch, &asked, window, known);
        }
        if let Some(kept) = engine::stock_asked(provision) {
            let stock = fused.stock(&kept);
            let mut weights: BTreeMap<Id, String> = BTreeMap::new();
            for level in &stock.levels {
                let alone =
                    level.floor.is_some() && level.floor_alone || level.cap.is_some() && level.cap_alone;
                let words = bounds_in_words(level.floor, level.cap, alone);
                weights.extend(level.claim.clone().map(|claim| (claim, words)));
            }
            lists.add(watch, fused.considered_of_stock(&kept), "what is there", &weights, window);
        }
        lists
    }

    fn add(
        &mut self,
        watch: &Watch,
        considered: Vec<Considered>,
        bears_on: &str,
        weights: &BTreeMap<Id, String>,
        window: &Period,
    ) {
        for Considered { claim, used } in considered {
            let Some(claim) = watch.claim(&claim).filter(|c| meets(c, window)) else { continue };
            let weight = || weights.get(&claim.id).cloned().unwrap_or_default();
            match used {
                Use::Counted => {
                    self.counted.push(Line { weight: weight(), ..line(watch, claim, bears_on, "") });
                }
                Use::Possible(why) => {
                    self.possible.push(Line { weight: weight(), ..line(watch, claim, bears_on, &why) });
                }
                Use::Aside(why) => self.aside.push(line(watch, claim, bears_on, &why)),
            }
        }
    }

    /// Claims about the act that were corrected or withdrawn, with what took their place.
    fn superseded(&mut self, watch: &Watch, asked: &Asked<'_>, window: &Period, known: Instant) {
        for (dead, by) in fusion::superseded(&watch.claims, &watch.sources, known) {
            let same = |c: &&Claim| meets(c, window) && c.act.as_deref() == Some(&asked.pattern.act);
            let Some(claim) = watch.claim(&dead).filter(same) else { continue };
            let when = watch.claim(&by).map_or_else(String::new, |c| format!(", known {}", c.known_at));
            let reason = format!("replaced or withdrawn by {by}{when}");
            self.aside.push(line(watch, claim, &asked.bears_on, &reason));
        }
    }
}

/// One kind of deed that a provision asks about.
struct Asked<'a> {
    pattern: &'a Action,
    items: &'a [Id],
    role: Role<'a>,
    bears_on: String,
}

impl Asked<'_> {
    fn silences(&self, watch: &Watch, measure: &Measure, window: &Period) -> Vec<Silence> {
        let speaking = measure.accounts.iter().filter(|a| a.silence_alone || a.silence_counts);
        let mut silences = Vec::new();
        for account in speaking {
            let source = watch.sources.iter().find(|s| s.id == account.source);
            for period in account.silences.iter().filter_map(|p| p.and(window)) {
                silences.push(self.silence(source, &account.source, &period));
            }
        }
        silences
    }

    fn silence(&self, source: Option<&Source>, id: &Id, period: &Period) -> Silence {
        let of_act = |c: &&model::source::Coverage| {
            let item = c.items.is_empty()
                || self.pattern.item.iter().chain(self.items).any(|item| c.items.contains(item));
            (c.acts.is_empty() || c.acts.contains(&self.pattern.act)) && item
        };
        let coverage = source.and_then(|s| s.covers.iter().find(of_act));
        Silence {
            source: id.clone(),
            source_label: source.map_or_else(|| id.clone(), |s| s.label.clone()),
            bears_on: self.bears_on.clone(),
            during: crate::files::shown(period),
            basis: coverage.and_then(|c| c.basis.clone()).unwrap_or_else(|| "none stated".to_owned()),
            accepted_by: coverage.map_or_else(Vec::new, |c| c.accepted_by.clone()),
        }
    }
}

/// What each claim gives to the bounds.
fn weights(measure: &Measure) -> BTreeMap<Id, String> {
    let mut weights = BTreeMap::new();
    for account in &measure.accounts {
        for event in &account.events {
            let floor = Some(event.floor).filter(|floor| *floor > Amount::ZERO);
            let words = match floor {
                Some(_) => bounds_in_words(floor, None, event.alone),
                None => match event.high {
                    Some(high) => format!("leaves room for up to {high}"),
                    None => "leaves room for any number".to_owned(),
                },
            };
            weights.insert(event.claim.clone(), words);
        }
        for tally in &account.tallies {
            let (floor, cap) = (tally.floor, tally.cap);
            let alone = floor.is_some() && tally.floor_alone || cap.is_some() && tally.cap_alone;
            weights.insert(tally.claim.clone(), bounds_in_words(floor, cap, alone));
        }
    }
    weights
}

fn bounds_in_words(floor: Option<Amount>, cap: Option<Amount>, alone: bool) -> String {
    let bounds = match (floor, cap) {
        (Some(floor), Some(cap)) if floor == cap => format!("exactly {floor}"),
        (Some(floor), Some(cap)) => format!("at least {floor}, at most {cap}"),
        (Some(Amount::LEAST), None) => "at least some".to_owned(),
        (Some(floor), None) => format!("at least {floor}"),
        (None, Some(cap)) => format!("at most {cap}"),
        (None, None) => return "bounds nothing".to_owned(),
    };
    if alone { bounds } else { format!("{bounds}, where a second origin says so too") }
}

fn role<'a>(provision: &'a Provision, bears_on: &str, action: &'a Action) -> Role<'a> {
    let verifiers = &provision.verified_by;
    match provision.rule {
        Rule::Prohibition { .. } => Role::forbidden(&provision.bearers, verifiers, provision.terms.counting),
        _ if bears_on == "trigger" => Role::Duty { bearers: &action.by, verifiers },
        _ => Role::Duty { bearers: &provision.bearers, verifiers },
    }
}

fn meets(claim: &Claim, window: &Period) -> bool {
    let period = match (claim.occurred, claim.cumulative_since) {
        (Some(occurred), Some(since)) => Period::closed(since.min(occurred.first), occurred.last),
        // A deed of which no time is given may have been at any.
        (occurred, _) => occurred.or(Some(Period::ALWAYS)),
    };
    period.is_some_and(|period| period.meets(window))
}

/// A claim as an explanation shows it.
pub(crate) fn line(watch: &Watch, claim: &Claim, bears_on: &str, reason: &str) -> Line {
    Line {
        claim: claim.id.clone(),
        source: claim.source.clone(),
        source_label: watch.source_label(&claim.source).to_owned(),
        bears_on: bears_on.to_owned(),
        amount: claim.range(),
        weight: String::new(),
        occurred: claim.occurred.as_ref().map_or_else(|| "no time given".to_owned(), crate::files::shown),
        known_at: claim.known_at,
        note: claim.quote.clone().or_else(|| claim.note.clone()).unwrap_or_default(),
        reason: reason.to_owned(),
    }
}
