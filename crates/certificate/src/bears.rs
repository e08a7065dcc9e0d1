//! What a provision hangs on: the parts of an agreement that its verdict can depend on.
//!
//! Invariant: nothing that could change the provision's verdict is left out; what is left out only costs time.

use std::collections::BTreeSet;

use model::{
    Id,
    agreement::{Agreement, Provision},
};

/// Leaves of an agreement what a provision hangs on, and gives every word that stands in that.
///
/// What is written in a part is read off its whole content, so that no construct can be forgotten here.
pub fn cut_to(agreement: &mut Agreement, provision: &str) -> BTreeSet<Id> {
    let mut words = BTreeSet::from([provision.to_owned()]);
    let always = (&agreement.powers, &agreement.amendments, &agreement.entry);
    add_words(&mut words, &format!("{always:?}"));
    // What a breach brings may end or suspend the whole agreement.
    let bringing = agreement.provisions.iter().filter(|p| !p.terms.consequences.is_empty());
    words.extend(bringing.map(|p| p.id.clone()));
    let mut left: Vec<(Id, BTreeSet<Id>, BTreeSet<Id>)> = Vec::new();
    let mut part = |id: &Id, content: String, terms: String| {
        let (mut own, mut back) = (BTreeSet::new(), BTreeSet::new());
        add_words(&mut own, &content);
        add_words(&mut back, &terms);
        left.push((id.clone(), own, back));
    };
    // What the terms of one provision say of another bears on that other too.
    agreement.provisions.iter().for_each(|p| {
        let text =
            Provision { text: String::new(), label: String::new(), clause: String::new(), ..p.clone() };
        part(&p.id, format!("{text:?}"), format!("{:?}", p.terms));
    });
    agreement.phases.iter().for_each(|p| part(&p.id, format!("{p:?}"), String::new()));
    agreement.milestones.iter().for_each(|m| part(&m.id, format!("{m:?}"), String::new()));
    agreement.values.iter().for_each(|v| part(&v.id, format!("{v:?}"), String::new()));
    agreement.baselines.iter().for_each(|b| part(&b.id, format!("{b:?}"), String::new()));
    agreement.judgements.iter().for_each(|j| part(&j.id, format!("{j:?}"), String::new()));
    let mut kept: BTreeSet<Id> = BTreeSet::new();
    loop {
        let bears = |(id, _, back): &(Id, BTreeSet<Id>, BTreeSet<Id>)| {
            words.contains(id) || back.iter().any(|word| kept.contains(word))
        };
        let (found, rest): (Vec<_>, Vec<_>) = left.iter().cloned().partition(bears);
        if found.is_empty() {
            break;
        }
        for (id, own, _) in found {
            words.extend(own);
            words.insert(id.clone());
            kept.insert(id);
        }
        left = rest;
    }
    agreement.provisions.retain(|p| kept.contains(&p.id));
    agreement.phases.retain(|p| kept.contains(&p.id));
    agreement.milestones.retain(|m| kept.contains(&m.id));
    words
}

/// Adds what stands between quotation marks in a content written out.
fn add_words(words: &mut BTreeSet<Id>, content: &str) {
    let plain = content.replace("\\\\", "").replace("\\\"", "");
    words.extend(plain.split('"').skip(1).step_by(2).map(str::to_owned));
}
