//! What an explanation is asked of: provisions and instances by name, with what is near where there is none.
//!
//! Invariant: a refusal says what there is.

use language::near;
use model::{
    agreement::{Agreement, Provision},
    answer::{Answer, InstanceAnswer, ProvisionAnswer},
};

use super::NoExplanation;

/// Why there is no answer for a provision that the agreement does not have.
pub(crate) fn no_provision(agreement: &Agreement, asked: &str) -> NoExplanation {
    let names = agreement.provisions.iter().map(|p| p.id.as_str());
    let meant = near::did_you_mean(&near::offers(asked, names.clone()));
    let meant = meant.unwrap_or_else(|| format!("it has {}", join(names.map(str::to_owned))));
    let other = match () {
        () if agreement.phases.iter().any(|phase| phase.id == asked) => ", which is a phase",
        () if agreement.milestones.iter().any(|milestone| milestone.id == asked) => ", which is a milestone",
        () => "",
    };
    NoExplanation::Provision { asked: asked.to_owned(), instead: format!("{other}: {meant}") }
}

/// Why there is no answer for a provision that this version does not compute.
pub(crate) fn not_computed(agreement: &Agreement, provision: &Provision, answer: &Answer) -> NoExplanation {
    let why = answer.findings.iter().find(|f| f.kind == "not_computed" && f.on == provision.id);
    let why = why.map(|finding| format!(": {}", finding.detail)).unwrap_or_default();
    let rule = language::rule_in_words(agreement, provision);
    NoExplanation::NotComputed(format!("“{}” is not computed{why}. It says: {rule}", provision.id))
}

/// The instance of a key; the last one where none is named.
pub(crate) fn choose(
    provision: &ProvisionAnswer,
    instance: Option<&str>,
) -> Result<InstanceAnswer, NoExplanation> {
    let found = match instance {
        Some(key) => provision.instances.iter().find(|i| i.key == key),
        None => provision.instances.last(),
    };
    found.cloned().ok_or_else(|| {
        let keys = || provision.instances.iter().map(|i| i.key.as_str());
        let near = instance.and_then(|asked| near::did_you_mean(&near::offers(asked, keys())));
        NoExplanation::Instance {
            provision: provision.id.clone(),
            asked: instance.unwrap_or("(the last)").to_owned(),
            known: near.map_or_else(
                || format!("it has {}", join(keys().map(str::to_owned))),
                |near| format!("{near} It has {}", join(keys().map(str::to_owned))),
            ),
        }
    })
}

fn join(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    match names.len() {
        0 => "none".to_owned(),
        1..=12 => names.join(", "),
        many => format!("{} … {} ({many} in all)", names[..6].join(", "), names[many - 1]),
    }
}
