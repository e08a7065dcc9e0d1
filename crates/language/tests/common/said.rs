//! What an agreement says, for comparing two texts.
//!
//! Invariant: equal exactly when nothing differs but where things stand in the file and how words are spaced.

use model::agreement::{Agreement, Rule};

/// Every field, one a line, but places in the file and words kept for quoting.
pub fn said(agreement: &Agreement) -> Vec<String> {
    let mut agreement = agreement.clone();
    for provision in &mut agreement.provisions {
        provision.line = 0;
        provision.text.clear();
        if let Rule::Periodic { shares, .. } | Rule::Exchange { shares, .. } = &mut provision.rule {
            shares.iter_mut().for_each(|share| share.label.clear());
        }
    }
    agreement.powers.iter_mut().for_each(|power| power.line = 0);
    format!("{agreement:#?}").lines().map(str::to_owned).collect()
}
