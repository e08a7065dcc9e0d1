//! What an agreement says, in sentences: each provision under its heading, then phases and milestones.
//!
//! Invariant: the sentences are those that an editor shows; nothing is left out.

use language::{condition_in_words, phase_in_words, rule_in_words};
use model::agreement::Agreement;

/// Every provision, phase and milestone with what it means.
pub fn in_words(agreement: &Agreement) -> String {
    let mut words = Vec::new();
    let mut above = None;
    for provision in &agreement.provisions {
        if above != Some(&provision.clause) {
            words.push(format!("\n{}", provision.clause).trim_end_matches('\n').to_owned());
            above = Some(&provision.clause);
        }
        words.push(entry(&provision.id, &provision.label, &rule_in_words(agreement, provision)));
    }
    let phases = agreement.phases.iter();
    let phases = phases.map(|phase| (&phase.id, &phase.label, phase_in_words(agreement, phase)));
    words.extend(listed("Phases", phases));
    let milestones = agreement.milestones.iter().map(|milestone| {
        let when = format!("reached when {}", condition_in_words(agreement, &milestone.when));
        (&milestone.id, &milestone.label, when)
    });
    words.extend(listed("Milestones", milestones));
    words.join("\n").trim_start().to_owned() + "\n"
}

fn listed<'a>(title: &str, things: impl Iterator<Item = (&'a String, &'a String, String)>) -> Option<String> {
    let entries: Vec<String> = things.map(|(id, label, words)| entry(id, label, &words)).collect();
    (!entries.is_empty()).then(|| format!("\n{title}\n{}", entries.join("\n")))
}

fn entry(id: &str, label: &str, words: &str) -> String {
    let label = if label.is_empty() { String::new() } else { format!(" · {label}") };
    format!("  {id}{label}\n    {words}")
}
