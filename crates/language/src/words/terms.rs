//! Exceptions and terms in words.
//!
//! Invariant: every term that is not the usual is in the sentence, each after a comma.

use model::agreement::{
    Condition, Consequence, Counting, Exception, InStep, Manner, PartLot, Plea, Provision, Rule, Rung,
    Suspension, Target, Terms, Unruled, Whose,
};

use super::{Words, length_in_words, listed, noun, spaced, term_in_words, with_article};

impl Words<'_> {
    pub(super) fn manner(&self, provision: &Provision) -> String {
        match provision.terms.manner {
            None => String::new(),
            Some(Manner::Endeavour) => "endeavour to ".to_owned(),
            Some(Manner::Promptly) => "promptly ".to_owned(),
            Some(Manner::Gradually) => "gradually ".to_owned(),
        }
    }

    pub(crate) fn exception(&self, exception: &Exception, rule: &Rule) -> String {
        if let Some(plea) = &exception.plea {
            return self.plea(plea);
        }
        let act = rule.action().map_or("act".to_owned(), |action| noun(&action.act));
        let by = self.doers(&exception.by, "", "or");
        let when = match &exception.when {
            Condition::InForce => String::new(),
            Condition::Recently(length, after) => {
                format!(" within {} after {}", length_in_words(*length), self.noun(after))
            }
            other => format!(" while {}", self.condition(other)),
        };
        format!(", except {} by {by}{when}", with_article(&act))
    }

    fn plea(&self, plea: &Plea) -> String {
        let unruled = match plea.unruled {
            Unruled::So => "it is excused",
            Unruled::NotSo => "it is not excused",
            Unruled::Open => "it stays open",
        };
        format!(
            ", except “{}”, pleaded by the doer {} after the deed and judged by {} {} after the plea; if nobody rules, {unruled}",
            self.judgement(&plea.ground),
            self.clock(plea.pleaded_within),
            self.doers(&plea.judged_by, "", "and"),
            self.clock(plea.judged_within),
        )
    }

    /// The terms, each with a comma before it.
    pub(super) fn terms(&self, provision: &Provision) -> String {
        let Terms {
            unless,
            counting,
            judged,
            // Said with the act.
            manner: _,
            for_each,
            in_step,
            part_lot,
            made_up_with,
            quality,
            consequences,
            grades,
            disputes,
            subject_to,
            notwithstanding,
        } = &provision.terms;
        let mut said = Vec::new();
        if let Some((member, family)) = for_each {
            let found = self.agreement.families.iter().find(|f| f.id == *family);
            let label = found.map_or(spaced(family), |f| f.label.clone());
            said.push(format!("for each {} of {label}", spaced(member)));
        }
        said.extend(unless.iter().map(|unless| format!("unless {}", self.condition(unless))));
        said.extend(judged.iter().map(|judged| format!("only what is judged “{}”", self.judgement(judged))));
        match counting {
            Counting::Incident => {}
            Counting::Explosion => said.push("each explosion counting as a violation".to_owned()),
            Counting::Day => said.push("each day counting as a violation".to_owned()),
            Counting::Person => said.push("each person harmed counting as a violation".to_owned()),
        }
        if !made_up_with.is_empty() {
            let items: Vec<_> = made_up_with.iter().map(|i| self.item(i, model::Amount::whole(2))).collect();
            said.push(format!("{} counting towards this number too", listed(&items, "and")));
        }
        said.extend(part_lot.iter().map(|part| match part {
            PartLot::Nothing => "nothing being owed before the lot is complete".to_owned(),
            PartLot::Proportion => "a proportionate part being owed before the lot is complete".to_owned(),
        }));
        if let Some((standard, by)) = quality {
            let by = if by.is_empty() {
                String::new()
            } else {
                format!(", judged by {}", self.doers(by, "", "and"))
            };
            said.push(format!("to the standard “{standard}”{by}"));
        }
        said.extend(in_step.iter().map(|step| self.in_step(step)));
        said.extend(consequences.iter().map(|consequence| self.consequence(consequence)));
        if let Some((grades, by)) = grades {
            let grades: Vec<_> = grades.iter().map(|grade| spaced(grade)).collect();
            said.push(format!("graded {} by {}", listed(&grades, "or"), self.doers(by, "", "and")));
        }
        if !disputes.is_empty() {
            said.push(format!(
                "disputes to {}",
                disputes.iter().map(|r| self.rung(r)).collect::<Vec<_>>().join("; then ")
            ));
        }
        said.extend(subject_to.iter().map(|other| format!("subject to “{}”", self.provision(other))));
        said.extend(
            notwithstanding.iter().map(|other| format!("notwithstanding “{}”", self.provision(other))),
        );
        said.into_iter().map(|words| format!(", {words}")).collect()
    }

    pub(crate) fn in_step(&self, step: &InStep) -> String {
        let with = self.provision(&step.with);
        match (&step.first, &step.starts) {
            (Some(first), _) => {
                format!("in step with “{with}”, {} moving first", self.agreement.label(first))
            }
            (None, Some(starts)) => {
                format!("in step with “{with}”, both starting at {}", self.instant(starts))
            }
            (None, None) => format!("in step with “{with}”"),
        }
    }

    pub(crate) fn consequence(&self, consequence: &Consequence) -> String {
        let by = self.bearers(&consequence.by, consequence.binding);
        format!("and if breached, {by} may {}", self.suspension(&consequence.suspension))
    }

    /// `suspend phase truce, its own duties only, for at most 14 days of 24 hours, clocks standing still`.
    pub(crate) fn suspension(&self, suspension: &Suspension) -> String {
        let whose = match &suspension.whose {
            Whose::Own => "its own duties only".to_owned(),
            Whose::Of(whose) => format!("the duties of {}", self.doers(whose, "", "and")),
            Whose::All => "all duties".to_owned(),
        };
        let mut words = format!("{} {}, {whose}", suspension.act, self.target(&suspension.target));
        if suspension.act == "suspend" {
            words += &match suspension.at_most {
                Some(length) => {
                    let of = if suspension.in_all { "in all" } else { "each time" };
                    format!(", for at most {} {of}", term_in_words(length))
                }
                None => ", for good".to_owned(),
            };
            words += if suspension.clocks_stop {
                ", their clocks standing still"
            } else {
                ", their clocks running on"
            };
        }
        words
    }

    pub(crate) fn target(&self, target: &Target) -> String {
        match target {
            Target::Agreement => "the agreement".to_owned(),
            Target::Phase(id) => self.phase(id),
            Target::Provision(id) => format!("“{}”", self.provision(id)),
            Target::Milestone(id) => format!("“{}”", self.milestone(id)),
        }
    }

    pub(crate) fn rung(&self, rung: &Rung) -> String {
        let mut words = self.doers(&rung.before, "", "and");
        if let Some(clock) = rung.brought_within {
            words += &format!(" {} of learning of it", self.clock(clock));
        }
        if let Some(clock) = rung.decided_within {
            words += &format!(", decided {}", self.clock(clock));
        }
        if rung.final_ { format!("{words}, finally") } else { words }
    }
}
