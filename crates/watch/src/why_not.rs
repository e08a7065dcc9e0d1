//! Why an instance cannot have a status: the evidence that is enough to rule it out, and the bound that it gives.
//!
//! Invariant: the evidence told rules the status out by itself, and would not without any one part of it.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Status, StatusSet,
    amount::Range,
    answer::{InstanceAnswer, ProvisionAnswer},
    claim::Claim,
    source::Source,
};
use serde::Serialize;

use crate::{
    NoExplanation, Watch,
    bearing::Bearing,
    explain::{Line, choose, lines::line},
    verdict::{Inputs, Question},
};

/// So many questions are asked at most.
const QUESTIONS_MAX: usize = 3000;

/// Why not.
#[derive(Clone, Debug, Serialize)]
pub struct WhyNot {
    /// The provision.
    pub provision: Id,
    /// The instance.
    pub instance: String,
    /// The status asked about.
    pub asked: Status,
    /// The statuses possible.
    pub status: StatusSet,
    /// Whether the one asked about is among them.
    pub possible: bool,
    /// Whether the set is known to be the smallest that is right.
    pub exact: bool,
    /// As asked.
    pub at: Instant,
    /// As asked.
    pub known_at: Instant,
    /// What would have to be so, in words.
    pub needs: String,
    /// What the evidence bounds, in words.
    pub bounds: Vec<String>,
    /// The claims that are enough to rule it out, each needed.
    pub claims: Vec<Line>,
    /// The sources whose silence is needed besides.
    pub silences: Vec<Id>,
    /// Whether the text and the instant rule it out by themselves.
    pub by_text: bool,
    /// Whether fewer may be enough: the work was cut short.
    pub cut_short: bool,
    /// Where it is possible: all that was done in a world that gives it.
    pub world: Option<Vec<certificate::Deed>>,
    /// Why no world is shown, where none is.
    pub no_world: Option<String>,
}

impl Watch {
    /// Why an instance cannot have a status, or that it can.
    ///
    /// # Errors
    /// For names that the agreement does not have, and provisions that are not computed.
    pub fn why_not(
        &self,
        question: &Question,
        provision: &str,
        instance: Option<&str>,
        asked: Status,
    ) -> Result<WhyNot, NoExplanation> {
        let bearing = Bearing::of(self, question, provision)?;
        let own = bearing.own(&bearing.answer(bearing.known())?)?;
        let chosen = choose(&own, instance)?;
        let possible = chosen.status.contains(asked);
        let claims = self.decided(&bearing.question);
        let mut shrink =
            Shrink { watch: self, bearing: &bearing, claims: &claims, key: &chosen.key, asked, questions: 0 };
        let enough = if possible { None } else { Some(shrink.enough()?) };
        let questions = shrink.questions;
        let (mut said, mut silences) = (Vec::new(), Vec::new());
        for part in enough.iter().flatten() {
            match part {
                Part::Claim(id) => said.extend(self.claim(id).map(|claim| line(self, claim, "", ""))),
                Part::Silence(id) => silences.push(id.clone()),
            }
        }
        let world = possible.then(|| self.world(question, provision, &chosen.key, asked));
        let (world, no_world) = match world {
            Some(Ok(deeds)) => (Some(deeds), None),
            Some(Err(why)) => (None, Some(why)),
            None => (None, None),
        };
        Ok(WhyNot {
            world,
            no_world,
            provision: bearing.rule().id.clone(),
            asked,
            status: chosen.status,
            possible,
            exact: own.exact,
            at: bearing.at(),
            known_at: bearing.known(),
            needs: needs(&own, &chosen, asked, bearing.at()),
            bounds: bounds(&bearing, &own, &chosen)?,
            by_text: !possible && said.is_empty() && silences.is_empty(),
            claims: said,
            silences,
            cut_short: questions >= QUESTIONS_MAX,
            instance: chosen.key,
        })
    }
}

impl Watch {
    /// All that was done in a world that gives a status, as a certificate shows it.
    fn world(
        &self,
        question: &Question,
        provision: &str,
        instance: &str,
        status: Status,
    ) -> Result<Vec<certificate::Deed>, String> {
        let shown = self.certify(question, provision, Some(instance)).map_err(|why| why.to_string())?;
        let world = shown.proof.witnesses.into_iter().find(|world| world.status == status);
        world.map(|world| world.deeds).ok_or_else(|| "none was found".to_owned())
    }
}

/// What evidence is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Claim(Id),
    Silence(Id),
}

struct Shrink<'a> {
    watch: &'a Watch,
    bearing: &'a Bearing<'a>,
    claims: &'a [Claim],
    key: &'a str,
    asked: Status,
    questions: usize,
}

impl Shrink<'_> {
    /// Evidence that rules the status out, of which every part is needed: whatever it does without is dropped, in ever smaller
    /// chunks.
    fn enough(&mut self) -> Result<Vec<Part>, NoExplanation> {
        let known = self.bearing.known();
        let bears = |claim: &&Claim| claim.known_at <= known && self.bearing.bears(claim);
        let mut parts: Vec<Part> =
            self.claims.iter().filter(bears).map(|claim| Part::Claim(claim.id.clone())).collect();
        let covers = |source: &&Source| source.covers.iter().any(|one| self.bearing.covers(one));
        parts.extend(self.watch.sources.iter().filter(covers).map(|one| Part::Silence(one.id.clone())));
        if !self.rules_out(&parts)? {
            // Whatever has no bearing by its act has some all the same: nothing is dropped.
            return Ok(parts);
        }
        let mut chunk = parts.len();
        while chunk > 0 {
            let mut start = 0;
            while start < parts.len() {
                let mut fewer = parts.clone();
                fewer.drain(start..(start + chunk).min(parts.len()));
                if self.rules_out(&fewer)? {
                    parts = fewer;
                } else {
                    start += chunk;
                }
            }
            chunk = if chunk == 1 { 0 } else { chunk.div_ceil(2) };
        }
        Ok(parts)
    }

    /// Whether just this evidence rules the status out; an instance that is not there is ruled out by nothing.
    fn rules_out(&mut self, parts: &[Part]) -> Result<bool, NoExplanation> {
        if self.questions >= QUESTIONS_MAX {
            return Ok(false);
        }
        self.questions += 1;
        let kept: BTreeSet<&Part> = parts.iter().collect();
        let heard = |id: &Id| kept.contains(&Part::Silence(id.clone()));
        let claims: Vec<Claim> = self
            .claims
            .iter()
            .filter(|claim| kept.contains(&Part::Claim(claim.id.clone())))
            .cloned()
            .collect();
        let mut sources = self.watch.sources.clone();
        sources.iter_mut().filter(|source| !heard(&source.id)).for_each(|source| source.covers.clear());
        let inputs = Inputs { claims: &claims, sources: &sources, ..self.watch.inputs() };
        let own = self.bearing.own(&self.bearing.answer_to(inputs, self.bearing.known())?)?;
        let one = own.instances.iter().find(|one| one.key == self.key);
        Ok(one.is_some_and(|one| !one.status.contains(self.asked)))
    }
}

/// What would have to be so for a status, in words.
fn needs(own: &ProvisionAnswer, one: &InstanceAnswer, asked: Status, at: Instant) -> String {
    let end = one.window.to.map_or_else(|| "its end, which is not set".to_owned(), |to| to.to_string());
    let owed = one.required.iter().next().map(|(how, owed)| format!("{} {owed}", how.replace('_', " ")));
    let owed = owed.unwrap_or_else(|| "what is owed".to_owned());
    let prohibits = own.kind == "prohibition";
    match asked {
        Status::Breached if prohibits => format!("a forbidden deed by {at}, while the duty binds"),
        Status::Pending if prohibits => format!("no forbidden deed by {at}, and the duty to bind then"),
        Status::Met if prohibits => format!("no forbidden deed, and the duty to be over at {at}"),
        Status::Breached => format!("{end} to have passed without {owed}, and that still to be so at {at}"),
        Status::Late => format!("less than {owed} by {end}, and {owed} by {at}"),
        Status::Pending => format!("{end} not to have passed, and less than {owed} by {at}"),
        Status::Met => format!("{owed} by {end}"),
        Status::Inactive => "the window not to have opened, or the duty not to bind".to_owned(),
        Status::NotAdjudicated => "a duty that only a ruling decides".to_owned(),
        Status::Excused => "an exception or a waiver that holds".to_owned(),
        Status::Suspended => "a suspension that holds".to_owned(),
        Status::Lapsed => "a termination before it fell due".to_owned(),
    }
}

/// What the evidence bounds: how much by the window's end, and by the instant asked about.
fn bounds(
    bearing: &Bearing<'_>,
    own: &ProvisionAnswer,
    one: &InstanceAnswer,
) -> Result<Vec<String>, NoExplanation> {
    if own.kind == "prohibition" {
        let most = own.violations.possible.map_or_else(|| "any number".to_owned(), |most| most.to_string());
        return Ok(vec![format!("violations: at least {}, at most {most}", own.violations.certain)]);
    }
    let words = |range: &Range| {
        let low = range.low.unwrap_or(Amount::ZERO);
        range
            .high
            .map_or_else(|| format!("at least {low}, no upper bound"), |high| format!("{low} to {high}"))
    };
    let mut bounds = Vec::new();
    if let Some(end) = one.window.to.filter(|end| *end < bearing.at()) {
        let then = bearing.own(&bearing.at_instant(end).answer(bearing.known())?)?;
        let then = then.instances.iter().find(|other| other.key == one.key);
        bounds.extend(then.map(|then| format!("by {end}: {}", words(&then.amount))));
    }
    bounds.push(format!("by {}: {}", bearing.at(), words(&one.amount)));
    Ok(bounds)
}
