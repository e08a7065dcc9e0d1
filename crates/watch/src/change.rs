//! What would change a verdict: the smallest edits of the evidence after which an instance has other statuses.
//!
//! Invariant: every edit told was tried, and the statuses told are those that the question then gets; with one edit or two none
//! that is smaller is left out unless the answer says that the work was cut short.

use model::{
    Amount, Id, Instant, StatusSet,
    answer::{Finding, InstanceAnswer},
    claim::{Claim, Kind},
};
use serde::Serialize;

use crate::{
    NoExplanation, Watch,
    bearing::{Bearing, patterns},
    edits::{Edit, Ground},
    explain::{choose, evidence},
    verdict::{Inputs, Question},
};

/// So many questions are asked at most about one edit and two.
pub const QUESTIONS_MAX: usize = 600;
/// So many more are asked at most for a change of more edits.
const MORE_MAX: usize = 400;

/// What would change the verdict on an instance.
#[derive(Clone, Debug, Serialize)]
pub struct Changes {
    /// The provision.
    pub provision: Id,
    /// The instance.
    pub instance: String,
    /// Its statuses as the evidence is.
    pub status: StatusSet,
    /// As asked.
    pub at: Instant,
    /// As asked.
    pub known_at: Instant,
    /// As asked.
    pub standard: String,
    /// As asked.
    pub reading: String,
    /// The smallest changes, the least first.
    pub changes: Vec<Change>,
    /// Whether these are all the smallest: not where the work was cut short, or where more than two edits are needed.
    pub exact: bool,
    /// How many questions were asked.
    pub questions: usize,
    /// After how many edits the evidence contradicts itself in more ways than are gone through: they are not judged.
    pub unjudged: usize,
    /// Whether there were more to ask than are asked at most.
    pub cut_short: bool,
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The edits that make it, together.
    pub edits: Vec<Edit>,
    /// The statuses of the instance then.
    pub status: StatusSet,
}

impl Watch {
    /// The smallest edits of the evidence after which an instance has other statuses.
    ///
    /// # Errors
    /// For names that the agreement does not have, and provisions that are not computed.
    pub fn what_would_change(
        &self,
        question: &Question,
        provision: &str,
        instance: Option<&str>,
    ) -> Result<Changes, NoExplanation> {
        let bearing = Bearing::of(self, question, provision)?;
        let answer = bearing.answer(bearing.known())?;
        let chosen = choose(&bearing.own(&answer)?, instance)?;
        let claims = self.decided(&bearing.question);
        let standard = &bearing.question.standard;
        let ground = Ground {
            agreement: &bearing.agreement,
            provision: bearing.rule(),
            standard,
            known: bearing.known(),
            read: &self.claims,
            claims: &claims,
            sources: &self.sources,
        };
        let crowded = |f: &Finding| f.kind == "conflict_too_large" && f.on == bearing.rule().id;
        let crowded = answer.findings.iter().any(crowded);
        let mut search = Search {
            watch: self,
            bearing: &bearing,
            ground: &ground,
            chosen: &chosen,
            questions: 0,
            limit: QUESTIONS_MAX,
            cut_short: false,
            unjudged: 0,
            crowded,
        };
        let (mut changes, exact) = search.smallest()?;
        let amount = |change: &Change| change.edits.iter().map(Edit::amount).sum::<Amount>();
        let id = |change: &Change| change.edits.iter().map(Edit::id).collect::<Vec<_>>();
        changes.sort_by_key(|change| (change.edits.len(), amount(change), id(change)));
        let Search { questions, unjudged, cut_short, .. } = search;
        Ok(Changes {
            provision: bearing.rule().id.clone(),
            status: chosen.status,
            instance: chosen.key,
            at: bearing.at(),
            known_at: bearing.known(),
            standard: standard.to_string(),
            reading: question.reading.clone().unwrap_or_else(|| "text".to_owned()),
            changes,
            exact: exact && !cut_short && unjudged == 0,
            questions,
            unjudged,
            cut_short,
        })
    }
}

struct Search<'a> {
    watch: &'a Watch,
    bearing: &'a Bearing<'a>,
    ground: &'a Ground<'a>,
    chosen: &'a InstanceAnswer,
    questions: usize,
    limit: usize,
    cut_short: bool,
    unjudged: usize,
    /// Whether the evidence as it is contradicts itself in more ways than are gone through.
    crowded: bool,
}

impl Search<'_> {
    /// The changes of the least number of edits, and whether they are all of that number.
    fn smallest(&mut self) -> Result<(Vec<Change>, bool), NoExplanation> {
        let mut singles = Vec::new();
        let candidates = self.candidates();
        let mut single = Vec::new();
        for edit in candidates {
            let edit = self.least(edit)?;
            match self.after(std::slice::from_ref(&edit))? {
                Some(status) => singles.push(Change { edits: vec![edit], status }),
                None => single.push(edit),
            }
        }
        if !singles.is_empty() {
            return Ok((singles, true));
        }
        let mut pairs = Vec::new();
        for (index, one) in single.iter().enumerate() {
            for other in &single[index + 1..] {
                let edits = vec![one.clone(), other.clone()];
                if let Some(status) = self.after(&edits)? {
                    pairs.push(Change { edits, status });
                }
            }
        }
        if !pairs.is_empty() {
            return Ok((pairs, true));
        }
        self.limit += MORE_MAX;
        Ok((self.minimal(single)?.into_iter().collect(), false))
    }

    /// A change of which every edit is needed: all rejections together, less what the change does without.
    fn minimal(&mut self, single: Vec<Edit>) -> Result<Option<Change>, NoExplanation> {
        let rejections: Vec<Edit> =
            single.iter().filter(|edit| matches!(edit, Edit::Reject { .. })).cloned().collect();
        for start in [rejections, single] {
            let Some(mut status) = self.after(&start)? else { continue };
            let mut edits = start;
            let mut index = 0;
            while index < edits.len() {
                let mut fewer = edits.clone();
                fewer.remove(index);
                match self.after(&fewer)? {
                    Some(still) => (edits, status) = (fewer, still),
                    None => index += 1,
                }
            }
            return Ok(Some(Change { edits, status }));
        }
        Ok(None)
    }

    /// The statuses of the instance after these edits, where they are others; none too where no more is asked.
    fn after(&mut self, edits: &[Edit]) -> Result<Option<StatusSet>, NoExplanation> {
        if self.questions >= self.limit {
            self.cut_short = true;
            return Ok(None);
        }
        self.questions += 1;
        let made = self.ground.with(edits);
        let inputs = Inputs { claims: &made.claims, sources: &made.sources, ..self.watch.inputs() };
        let answer = self.bearing.answer_to(inputs, self.bearing.known())?;
        let own = self.bearing.own(&answer)?;
        // What is only held possible because it was not gone through is no change that anyone could bring about.
        let crowded = |f: &Finding| f.kind == "conflict_too_large" && f.on == own.id;
        if !self.crowded && answer.findings.iter().any(crowded) {
            self.unjudged += 1;
            return Ok(None);
        }
        let status = own.instances.iter().find(|one| one.key == self.chosen.key).map(|one| one.status);
        // An instance that is no more has not opened.
        let status = status.unwrap_or(StatusSet::only(model::Status::Inactive));
        Ok((status != self.chosen.status).then_some(status))
    }

    /// Every edit that is thought of, reports with the greatest amount that can matter.
    fn candidates(&self) -> Vec<Edit> {
        let mut edits = Vec::new();
        let (window, lists) = evidence(self.watch, self.bearing, self.chosen);
        let known = |claim: &&Claim| claim.known_at <= self.bearing.known() && self.bearing.bears(claim);
        let is_decided = |claim: &Claim| self.ground.claims.iter().any(|one| one.id == claim.id);
        // What counts first: where the work is cut short, that was gone through.
        let counts = |claim: &Claim| lists.counted.iter().any(|line| line.claim == claim.id);
        let mut claims: Vec<&Claim> = self.watch.claims.iter().filter(known).collect();
        claims.sort_by_key(|claim| (!counts(claim), &claim.id));
        for claim in claims {
            let (id, source) = (claim.id.clone(), claim.source.clone());
            let deed = matches!(claim.kind, Kind::Event | Kind::Tally);
            if !is_decided(claim) {
                edits.push(Edit::Accept { claim: id, source });
                continue;
            }
            edits.push(Edit::Reject { claim: id.clone(), source: source.clone() });
            if deed && *self.ground.standard != model::Standard::Alleged {
                edits.push(Edit::Accept { claim: id, source });
            }
        }
        let at = self.bearing.at();
        let end = self.chosen.window.to.map_or(at, |to| to.previous().min(at));
        let open = self.chosen.window.from.unwrap_or(window.first).min(at);
        for (of, _) in patterns(&self.bearing.rule().rule) {
            let mut times = vec![open.max(end), at];
            if of == "violation" || of == "trigger" {
                times = vec![open, at];
            }
            times.dedup();
            let amount = self.most();
            edits.extend(times.into_iter().map(|at| Edit::Report { of: of.clone(), amount, at }));
            let speakers = lists.counted.iter().filter(|line| line.bears_on == of).map(|line| &line.source);
            let mut speakers: Vec<Option<Id>> = speakers.cloned().map(Some).chain([None]).collect();
            speakers.sort();
            speakers.dedup();
            edits.extend(speakers.into_iter().map(|source| Edit::Cover {
                source,
                of: of.clone(),
                from: window.first,
                to: at,
            }));
        }
        // The few reports and coverages are tried with everything else.
        edits.sort_by_key(|edit| matches!(edit, Edit::Reject { .. } | Edit::Accept { .. }));
        edits
    }

    /// More than this changes nothing that less does not.
    fn most(&self) -> Amount {
        let owed = self.chosen.required.values().max().copied().unwrap_or(Amount::whole(1));
        let beyond =
            self.bearing.rule().rule.action().is_some() && self.chosen.required.contains_key("at_least");
        if beyond { owed } else { owed + Amount::whole(1) }
    }

    /// A report of the least whole amount that makes a difference, if one of the greatest does.
    fn least(&mut self, edit: Edit) -> Result<Edit, NoExplanation> {
        let Edit::Report { of, amount, at } = edit else { return Ok(edit) };
        let of_amount = |amount: i64| Edit::Report { of: of.clone(), amount: Amount::whole(amount), at };
        let (mut least, mut most) = (1, amount.floor().max(1));
        if self.after(&[of_amount(most)])?.is_none() {
            return Ok(of_amount(most));
        }
        while least < most {
            let half = least + (most - least) / 2;
            match self.after(&[of_amount(half)])? {
                Some(_) => most = half,
                None => least = half + 1,
            }
        }
        Ok(of_amount(most))
    }
}
