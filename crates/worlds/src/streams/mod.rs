//! The kinds of deed that a provision hangs on, directly or through conditions, phases and other provisions.
//!
//! Invariant: every kind of deed that the single-world evaluator could ask for is among them, or the provision
//! is refused.

mod conditions;

use std::collections::BTreeSet;

use model::{
    Amount, Duration, Id, Instant, Standard,
    agreement::{
        Action, Agreement, Amendment, Binding, Change, Condition, CountedOn, Cycle, Due, Effective, Faculty,
        Matching, Measure, PartLot, PhaseEnd, Provision, Required, Rule, Share, Spread, Target, Unruled,
    },
};

use crate::{
    Oracle, Refused,
    pattern::covers,
    world::{as_reading, identified, not_handled},
};

/// What amounts of a stream can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cap {
    /// Up to this; all above are alike.
    Alike(Amount),
    /// The triggers of an exchange, so much for each instance.
    Trigger(Amount),
    /// The answers to a trigger, so much for each instance.
    Answer(usize, Amount),
}

/// A kind of deed, as far as amounts of it matter.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub action: Action,
    /// Who owes these deeds.
    pub bearers: Vec<Id>,
    /// Whose word verifies them.
    pub verifiers: Vec<Id>,
    pub cap: Cap,
    /// Only what came since entry into force matters, and when it came to what.
    pub cumulative: bool,
    /// The stream of which this one is a part.
    pub whole: Option<usize>,
    /// What an exercise of a power is about.
    pub concerns: Option<Id>,
}

/// All that a provision hangs on.
#[derive(Default)]
pub(crate) struct Streams {
    pub acts: Vec<Stream>,
    /// Provisions that forbid.
    pub forbidden: Vec<Id>,
    /// The order of deeds inside a stretch of time matters.
    pub relative: bool,
    pub instants: BTreeSet<Instant>,
    pub lengths: BTreeSet<Duration>,
    /// What is asked about of late, and how far back.
    pub lately: Vec<(Action, Duration)>,
    /// Civil days matter.
    pub calendar: bool,
    /// Judgements that no ruling settles, and what holds if nobody rules.
    pub judged: Vec<(Id, Unruled)>,
    /// States to be kept.
    pub states: BTreeSet<Id>,
    /// An exchange by reference: its trigger and its answer.
    pub referenced: Option<(Id, Action, Action)>,
    pub unset: BTreeSet<Id>,
    /// The greatest amount that a value or share need be tried with.
    pub most: Amount,
    seen: BTreeSet<String>,
}

/// A text, as it is read for what it hangs on.
struct Text<'a> {
    agreement: &'a Agreement,
    standard: &'a Standard,
}

/// Who is asked about.
#[derive(Clone, Copy)]
struct Owed<'a> {
    bearers: &'a [Id],
    verifiers: &'a [Id],
}

impl Streams {
    /// Of the text as it was first, and as each amendment has left it.
    pub fn of(oracle: &Oracle, provision: &Provision) -> Result<Self, Refused> {
        let mut all = Streams::default();
        let mut texts = vec![oracle.agreement().clone()];
        let mut amendments: Vec<&Amendment> = oracle.agreement().amendments.iter().collect();
        amendments.sort_by_key(|amendment| match amendment.effective {
            Effective::From(instant) => instant,
            Effective::LastAcceptance => Instant::MAX,
        });
        for amendment in amendments {
            let Effective::From(instant) = amendment.effective else {
                return not_handled("worlds of the acceptance of an amendment");
            };
            all.instants.insert(instant);
            let last = texts.last().map(|text| text.read_as(&as_reading(amendment)));
            texts.extend(last);
        }
        for agreement in &texts {
            let text = Text { agreement, standard: &oracle.case.standard };
            all.seen.clear();
            match agreement.provisions.iter().find(|changed| changed.id == provision.id) {
                Some(changed) => all.provision(&text, changed)?,
                None => continue,
            }
            if let Some(entry) = &agreement.entry {
                all.condition(&text, entry)?;
            }
            all.powers(&text)?;
        }
        all.seen_before_entry(oracle)?;
        Ok(all)
    }

    /// No deeds are tried before entry into force: where what is asked about of late reaches further back than whoever watches it
    /// saw, there may have been some.
    fn seen_before_entry(&self, oracle: &Oracle) -> Result<(), Refused> {
        for (action, length) in &self.lately {
            let since = Instant(oracle.start().0 - length.0);
            let all = oracle.sources.iter().flat_map(|source| &source.covers);
            let views: Vec<_> = all.filter(|entry| covers(oracle.case, action, entry)).collect();
            if !views.is_empty() && views.iter().all(|entry| entry.period.first > since) {
                return not_handled("deeds before entry into force, which nobody saw");
            }
        }
        Ok(())
    }

    fn add(&mut self, action: &Action, owed: Owed, cap: Cap, cumulative: bool) -> Result<usize, Refused> {
        if !action.under.is_empty() {
            return not_handled("`only those of`");
        }
        let same = |stream: &Stream| {
            stream.action == *action && stream.bearers == owed.bearers && stream.whole.is_none()
        };
        if let Some(index) = self.acts.iter().position(same) {
            let known = &mut self.acts[index];
            known.cumulative &= cumulative;
            known.cap = match (known.cap, cap) {
                (Cap::Alike(one), Cap::Alike(other)) => Cap::Alike(one.max(other)),
                (one, other) if one == other => one,
                _ => return not_handled("a deed that is a trigger or an answer, and more"),
            };
            return Ok(index);
        }
        self.acts.push(Stream {
            action: action.clone(),
            bearers: owed.bearers.to_vec(),
            verifiers: owed.verifiers.to_vec(),
            cap,
            cumulative,
            whole: None,
            concerns: None,
        });
        Ok(self.acts.len() - 1)
    }

    /// The deeds of a condition: those who do them are those who owe them.
    fn deed(
        &mut self,
        standard: &Standard,
        action: &Action,
        cap: Amount,
        cumulative: bool,
    ) -> Result<(), Refused> {
        if *standard == Standard::Verified {
            return not_handled("a condition on deeds under `verified`");
        }
        self.relative = true;
        let owed = Owed { bearers: &action.by.clone(), verifiers: &[] };
        self.add(action, owed, Cap::Alike(cap), cumulative).map(|_| ())
    }

    fn first(&mut self, what: String) -> bool {
        self.seen.insert(what)
    }

    fn provision(&mut self, text: &Text, provision: &Provision) -> Result<(), Refused> {
        if !self.first(format!("provision {}", provision.id)) {
            return Ok(());
        }
        self.condition(text, &provision.while_)?;
        let terms = &provision.terms;
        if let Some(unless) = &terms.unless {
            self.condition(text, unless)?;
        }
        for id in &terms.subject_to {
            self.named(text, id)?;
        }
        for exception in &provision.exceptions {
            self.condition(text, &exception.when)?;
            if exception.plea.is_some() {
                return not_handled("worlds of a plea");
            }
        }
        if let Some(step) = &terms.in_step {
            self.named(text, &step.with)?;
            step.starts.iter().try_for_each(|starts| self.condition(text, starts))?;
            self.relative = true;
        }
        if let Some(judged) = &terms.judged {
            let Some(judgement) = text.agreement.judgements.iter().find(|one| one.id == *judged) else {
                return not_handled("a judgement that is not there");
            };
            if judgement.within.is_some() {
                return not_handled("worlds of a judgement with a time of its own");
            }
            self.judged.push((judged.clone(), judgement.unruled));
        }
        if terms.part_lot == Some(PartLot::Proportion) {
            self.relative = true;
        }
        self.rule(text, provision)
    }

    fn named(&mut self, text: &Text, id: &str) -> Result<(), Refused> {
        match text.agreement.provisions.iter().find(|provision| provision.id == id) {
            Some(provision) => self.provision(text, provision),
            None => not_handled("a condition on a provision that is not there"),
        }
    }

    /// Those who are bound apart, each with the deeds that are his.
    fn apart(provision: &Provision) -> Vec<Option<&[Id]>> {
        match provision.binding {
            Binding::Unstated => vec![Some(&[])],
            _ if provision.bearers.len() <= 1 => vec![None],
            Binding::Together => vec![Some(&provision.bearers)],
            Binding::Each | Binding::Either | Binding::AtLeast(_) => {
                provision.bearers.iter().map(|one| Some(std::slice::from_ref(one))).collect()
            }
        }
    }

    fn rule(&mut self, text: &Text, provision: &Provision) -> Result<(), Refused> {
        if let Rule::Prohibition { action } | Rule::Answerable { action, .. } = &provision.rule {
            if !action.under.is_empty() {
                return not_handled("`only those of`");
            }
            if !self.forbidden.contains(&provision.id) {
                self.forbidden.push(provision.id.clone());
            }
            return Ok(());
        }
        if let Rule::State { from, until, quiet, .. } = &provision.rule {
            self.condition(text, from)?;
            until.iter().try_for_each(|until| self.condition(text, until))?;
            for (length, condition) in quiet.iter().flat_map(|quiet| &quiet.instead) {
                self.lengths.insert(*length);
                self.condition(text, condition)?;
            }
            if let Some(quiet) = quiet {
                self.lengths.insert(quiet.length);
                self.calendar = true;
            }
            if self.states.iter().any(|id| *id != provision.id) {
                return not_handled("several states at once");
            }
            self.states.insert(provision.id.clone());
            return Ok(());
        }
        for by in Self::apart(provision) {
            let done_by = |action: &Action| Action {
                by: by.map_or_else(|| action.by.clone(), <[Id]>::to_vec),
                ..action.clone()
            };
            let owed = Owed { bearers: by.unwrap_or(&provision.bearers), verifiers: &provision.verified_by };
            self.rule_of(text, provision, &done_by, owed)?;
        }
        Ok(())
    }

    fn rule_of(
        &mut self,
        text: &Text,
        provision: &Provision,
        done_by: &dyn Fn(&Action) -> Action,
        owed: Owed,
    ) -> Result<(), Refused> {
        // Where entry into force moves, what came before it is beside what counts.
        let entered = !text.agreement.amendments.iter().any(|amendment| {
            amendment.changes.iter().any(|(_, change)| matches!(change, Change::InForce(_)))
        });
        match &provision.rule {
            Rule::Once { action, required, due, not_before } => {
                self.due(text, due)?;
                not_before.iter().try_for_each(|condition| self.condition(text, condition))?;
                let cap = Cap::Alike(beyond(*required));
                for item in std::iter::once(&action.item).chain(&made_up(provision)) {
                    let action = Action { item: item.clone(), ..done_by(action) };
                    self.add(&action, owed, cap, entered && not_before.is_none())?;
                }
                Ok(())
            }
            Rule::Schedule { action, steps, not_before } => {
                not_before.iter().try_for_each(|condition| self.condition(text, condition))?;
                let mut cap = Amount::ZERO;
                for step in steps {
                    self.due(text, &step.due)?;
                    cap = cap + self.measure(text, &step.measure)?;
                }
                for item in std::iter::once(&action.item).chain(&made_up(provision)) {
                    let action = Action { item: item.clone(), ..done_by(action) };
                    self.add(&action, owed, Cap::Alike(cap), entered && not_before.is_none())?;
                }
                Ok(())
            }
            Rule::Periodic { required: Required::Exactly(_), pro_rata: true, .. } => {
                not_handled("exactly a part in proportion")
            }
            Rule::Periodic { action, required, shares, cycle, spread, .. } => {
                self.calendar = true;
                match cycle {
                    Cycle::Days(_, condition) => self.condition(text, condition)?,
                    Cycle::Term(phase) => self.phase(text, phase)?,
                    _ => {}
                }
                let days = match spread {
                    Spread::Alone => 1,
                    Spread::Block { days, .. } | Spread::Sliding { days, .. } => i64::from(*days),
                    Spread::MadeUp(length) => {
                        self.lengths.insert(*length);
                        2
                    }
                    Spread::CarriesOver => 3,
                };
                let cap = Cap::Alike(Amount(beyond(*required).0.saturating_mul(days)));
                let whole = self.add(&done_by(action), owed, cap, false)?;
                self.shares(shares, done_by, owed, whole)
            }
            Rule::Exchange {
                trigger,
                every,
                action,
                required,
                shares,
                within,
                matching,
                counted_on,
                afterwards,
                ..
            } => {
                self.relative = true;
                self.lengths.extend(*within);
                if *counted_on == CountedOn::Identification {
                    return not_handled("worlds of what is identified");
                }
                let trigger = identified(trigger, *counted_on);
                if *matching == Matching::SameReference {
                    if self.referenced.is_some() {
                        return not_handled("several bearers of answers by reference");
                    }
                    self.referenced = Some((provision.id.clone(), trigger, done_by(action)));
                    return Ok(());
                }
                let paid = Owed { bearers: &trigger.by.clone(), verifiers: owed.verifiers };
                let simple = provision.while_ == Condition::InForce && provision.terms.unless.is_none();
                let same = |stream: &Stream| stream.action == trigger;
                let index = match self.acts.iter().position(same) {
                    Some(index) if matches!(self.acts[index].cap, Cap::Trigger(_)) => index,
                    _ => self.add(&trigger, paid, Cap::Trigger(*every), simple)?,
                };
                let plain = shares.is_empty() && !afterwards;
                let whole = self.add(&done_by(action), owed, Cap::Answer(index, *required), plain)?;
                self.shares(shares, done_by, owed, whole)
            }
            _ => not_handled("a rule of another kind"),
        }
    }

    fn shares(
        &mut self,
        shares: &[Share],
        done_by: &dyn Fn(&Action) -> Action,
        owed: Owed,
        whole: usize,
    ) -> Result<(), Refused> {
        for share in shares {
            let cap = match self.acts[whole].cap {
                Cap::Answer(trigger, required) => Cap::Answer(trigger, required),
                _ => Cap::Alike(beyond(share.required)),
            };
            self.acts.push(Stream {
                action: done_by(&share.action),
                bearers: owed.bearers.to_vec(),
                verifiers: owed.verifiers.to_vec(),
                cap,
                cumulative: false,
                whole: Some(whole),
                concerns: None,
            });
            self.acts[whole].cumulative = false;
        }
        Ok(())
    }

    /// The amount beyond which none of a measure can be told apart.
    fn measure(&mut self, text: &Text, measure: &Measure) -> Result<Amount, Refused> {
        Ok(match measure {
            Measure::Plain(required) => beyond(*required),
            Measure::Between(_, most) => *most + Amount::whole(1),
            Measure::Value(id) => {
                let Some(value) = text.agreement.values.iter().find(|value| value.id == *id) else {
                    return not_handled("a value that is not there");
                };
                self.instants.extend(value.settings.iter().map(|setting| setting.since));
                let set = value.settings.iter().filter_map(|setting| Amount::parse(&setting.to).ok()).max();
                if value.settings.iter().all(|setting| setting.since > text.agreement.in_force) {
                    self.unset.insert(id.clone());
                }
                let most = set.unwrap_or_default().max(Amount::whole(2));
                self.most = self.most.max(most);
                most + Amount::whole(1)
            }
            Measure::Share(..) => return not_handled("worlds of a share of a baseline"),
        })
    }
}

/// The items that may make up a number.
fn made_up(provision: &Provision) -> Vec<Option<Id>> {
    provision.terms.made_up_with.iter().cloned().map(Some).collect()
}

/// The least amount that is beyond all that a requirement can tell apart.
fn beyond(required: Required) -> Amount {
    match required {
        Required::AtLeast(n) => n,
        Required::Exactly(n) | Required::AtMost(n) => n + Amount::whole(1),
    }
}
