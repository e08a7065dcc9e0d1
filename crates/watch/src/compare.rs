//! One provision under every standard of proof and every reading, beside each other.
//!
//! Invariant: each cell is the verdict that the same question would get by itself; what is told of a difference is what is
//! counted, or written, otherwise.

use std::collections::{BTreeMap, BTreeSet};

use fusion::Fused;
use model::{
    Amount, Id, Instant, Standard, StatusSet,
    agreement::{Reading, Target},
    amount::Range,
    answer::{Count, ProvisionAnswer},
};
use serde::Serialize;

use crate::{
    NoExplanation, Watch,
    bearing::Bearing,
    explain::lines::Lists,
    verdict::{Question, read_as},
};

/// What is compared, where not everything is.
#[derive(Clone, Debug, Default)]
pub struct Only {
    /// One standard; none is all of them.
    pub standard: Option<Standard>,
    /// One reading, or `text`; none is all of them.
    pub reading: Option<Id>,
}

/// A provision, compared.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The provision.
    pub provision: Id,
    /// Its name.
    pub label: String,
    /// Where in the text.
    pub clause: String,
    /// The rule in words, as the text has it.
    pub rule: String,
    /// As asked.
    pub at: Instant,
    /// As asked.
    pub known_at: Instant,
    /// The readings that bear on it, the text first.
    pub readings: Vec<ReadingOf>,
    /// Each standard of each reading; the first is what the others are held against.
    pub cells: Vec<Cell>,
}

/// A reading that bears on the provision.
#[derive(Clone, Debug, Serialize)]
pub struct ReadingOf {
    /// Its identifier; `text` for the text as it stands.
    pub id: Id,
    /// Its title.
    pub title: String,
    /// Who contends it.
    pub contended_by: Vec<Id>,
    /// What it says otherwise than the text, in sentences.
    pub says: Vec<String>,
}

/// One standard of one reading.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The reading.
    pub reading: Id,
    /// The standard.
    pub standard: String,
    /// The statuses possible; null where it is not computed.
    pub status: Option<StatusSet>,
    /// Whether the set is known to be the smallest that is right.
    pub exact: bool,
    /// Why there is more than one status, or why none is computed.
    pub why: Vec<String>,
    /// Instances, and how many of them have each status.
    pub instances: usize,
    /// How many instances have each status, certainly and possibly.
    pub tally: BTreeMap<String, Count>,
    /// How much, where there is one instance.
    pub amount: Option<Range>,
    /// What is owed, where there is one instance.
    pub required: BTreeMap<String, Amount>,
    /// Violations of a prohibition; none for another rule.
    pub violations: Option<Count>,
    /// Whether its statuses are other than the first cell's.
    pub differs: bool,
    /// What makes the difference: what is counted otherwise than in the first cell.
    pub because: Vec<String>,
}

/// What counts in a cell: claims with what they bound, and sources whose silence is heard.
type Heard = (BTreeSet<(Id, String)>, BTreeSet<Id>);

impl Watch {
    /// Compares a provision under every standard and reading.
    ///
    /// # Errors
    /// For a provision that the agreement does not have.
    pub fn compare(
        &self,
        question: &Question,
        provision: &str,
        only: &Only,
    ) -> Result<Comparison, NoExplanation> {
        let text = Bearing::of(self, &Question { reading: None, ..question.clone() }, provision)?;
        read_as(&self.agreement, only.reading.as_deref())?;
        let changes = |reading: &&Reading| reading.changes.iter().any(|(target, _)| on(target, &text));
        let bearing_on: Vec<&Reading> = self.agreement.readings.iter().filter(changes).collect();
        let mut readings = vec![ReadingOf {
            id: "text".to_owned(),
            title: "the text as it stands".to_owned(),
            contended_by: Vec::new(),
            says: Vec::new(),
        }];
        readings.extend(bearing_on.iter().map(|reading| self.reading_of(reading)));
        if let Some(only) = &only.reading {
            let named = self.agreement.readings.iter().filter(|reading| reading.id == *only);
            readings.extend(named.map(|reading| self.reading_of(reading)));
            readings.retain(|reading| reading.id == *only);
            readings.truncate(1);
        }
        let standards = only.standard.clone().map_or_else(|| self.standards(&text), |only| vec![only]);
        let mut cells: Vec<Cell> = Vec::new();
        let mut first: Option<Heard> = None;
        for reading in &readings {
            let asked = Question { reading: Some(reading.id.clone()), ..question.clone() };
            // A reading can take a provision out.
            let Ok(own) = Bearing::of(self, &asked, provision) else { continue };
            for standard in &standards {
                let bearing = own.under(standard);
                let (mut cell, heard) = self.cell(&bearing, &reading.id)?;
                if let (Some(base), Some(of_base)) = (cells.first(), &first) {
                    cell.differs = cell.status != base.status;
                    if standard.to_string() != base.standard {
                        cell.because = otherwise(of_base, &heard);
                    }
                    if reading.id != base.reading {
                        cell.because.splice(0..0, reading.says.iter().cloned());
                    }
                } else {
                    first = Some(heard);
                }
                cells.push(cell);
            }
        }
        let rule = text.rule();
        Ok(Comparison {
            provision: rule.id.clone(),
            label: rule.label.clone(),
            clause: rule.clause.clone(),
            rule: language::rule_in_words(&text.agreement, rule),
            at: text.at(),
            known_at: text.known(),
            readings,
            cells,
        })
    }

    fn reading_of(&self, reading: &Reading) -> ReadingOf {
        let read = self.agreement.read_as(reading);
        let says = language::differences(&self.agreement, &read).into_iter().map(|one| one.sentence);
        ReadingOf {
            id: reading.id.clone(),
            title: reading.title.clone(),
            contended_by: reading.contended_by.clone(),
            says: says.collect(),
        }
    }

    /// The graded standards, those of the watch's settings, and the account of each side that says something.
    fn standards(&self, bearing: &Bearing<'_>) -> Vec<Standard> {
        let mut standards = Standard::GRADED.to_vec();
        let own = self.settings.standards.iter().filter_map(|named| Standard::parse(named).ok());
        let speaks = |id: &Id| self.claims.iter().any(|claim| claim.source == *id && bearing.bears(claim));
        let sides: BTreeSet<&Id> =
            self.sources.iter().filter(|s| speaks(&s.id)).filter_map(|source| source.side.as_ref()).collect();
        let sides = sides.into_iter().map(|side| Standard::Account(side.clone()));
        for standard in own.chain(sides) {
            if !standards.contains(&standard) {
                standards.push(standard);
            }
        }
        standards
    }

    fn cell(&self, bearing: &Bearing<'_>, reading: &str) -> Result<(Cell, Heard), NoExplanation> {
        let answer = bearing.answer(bearing.known())?;
        let heard = self.heard(bearing);
        let mut cell = Cell {
            reading: reading.to_owned(),
            standard: bearing.question.standard.to_string(),
            status: None,
            exact: false,
            why: Vec::new(),
            instances: 0,
            tally: BTreeMap::new(),
            amount: None,
            required: BTreeMap::new(),
            violations: None,
            differs: false,
            because: Vec::new(),
        };
        match bearing.own(&answer) {
            Err(why) => cell.why.push(why.to_string()),
            Ok(ProvisionAnswer { status, exact, why, tally, instances, kind, violations, .. }) => {
                cell = Cell { status, exact, why, tally, instances: instances.len(), ..cell };
                cell.violations = (kind == "prohibition").then_some(violations);
                if let [only] = instances.as_slice() {
                    cell.amount = (kind != "prohibition").then_some(only.amount);
                    cell.required.clone_from(&only.required);
                }
            }
        }
        Ok((cell, heard))
    }

    fn heard(&self, bearing: &Bearing<'_>) -> Heard {
        let decided = self.decided(&bearing.question);
        let claims = fusion::figures(&bearing.agreement, &decided);
        let standard = &bearing.question.standard;
        let (sources, known) = (&self.sources, bearing.known());
        let fused = Fused::new(&bearing.agreement, &self.grounds, sources, &claims, standard, known);
        let first = bearing.agreement.in_force;
        let whole = model::Period { first, last: bearing.at().max(first) };
        let fused = fused.with_decisions(&self.decisions);
        let lists = Lists::of(self, &fused, bearing.rule(), &whole, known);
        let counted = lists.counted.into_iter().map(|line| (line.claim, line.weight)).collect();
        (counted, lists.silences.into_iter().map(|silence| silence.source).collect())
    }
}

/// Whether what a reading changes bears on a provision.
fn on(target: &Target, bearing: &Bearing<'_>) -> bool {
    match target {
        Target::Agreement => true,
        Target::Phase(id) | Target::Provision(id) | Target::Milestone(id) => bearing.hangs_on(id),
    }
}

/// More claims than this are counted and not named.
const NAMED_MAX: usize = 6;

/// What is counted otherwise than in the first cell, in words.
fn otherwise(first: &Heard, own: &Heard) -> Vec<String> {
    let ids = |counted: &BTreeSet<(Id, String)>| -> BTreeSet<Id> {
        counted.iter().map(|(claim, _)| claim.clone()).collect()
    };
    let (before, now) = (ids(&first.0), ids(&own.0));
    let named = |all: Vec<&Id>| match all.len() {
        0..=NAMED_MAX => all.into_iter().cloned().collect::<Vec<_>>().join(", "),
        many => format!("{}, and {} more", all[0], many - 1),
    };
    let mut said = Vec::new();
    let mut tell = |words: &str, all: Vec<&Id>| {
        if !all.is_empty() {
            said.push(format!("{words} ({}): {}", all.len(), named(all)));
        }
    };
    tell("claims that no longer count", before.difference(&now).collect());
    tell("claims that count besides", now.difference(&before).collect());
    let weighs_less =
        own.0.difference(&first.0).map(|(claim, _)| claim).filter(|claim| before.contains(*claim));
    tell("claims that count otherwise", weighs_less.collect());
    tell("silence that is no longer heard, of", first.1.difference(&own.1).collect());
    tell("silence that is heard besides, of", own.1.difference(&first.1).collect());
    said
}
