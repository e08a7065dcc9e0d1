//! What an agreement says, for comparing two texts.
//!
//! Invariant: equal exactly when nothing differs but where things stand in the file and how words are spaced.

use model::agreement::Agreement;

/// What the text says, without where it says it.
pub fn said(agreement: &Agreement) -> Vec<String> {
    let mut agreement = agreement.clone();
    for provision in &mut agreement.provisions {
        provision.line = 0;
        provision.text = String::new();
    }
    agreement.powers.iter_mut().for_each(|power| power.line = 0);
    let said = format!("{agreement:#?}");
    // The label of a share is its words as they stand, blanks and all.
    let is_label = |line: &str| line.trim_start().starts_with("label: ");
    let bare = |line: &str| line.replace("\\u{feff}", "").chars().filter(|c| c.is_alphanumeric()).collect();
    said.lines().map(|line| if is_label(line) { bare(line) } else { line.to_owned() }).collect()
}
