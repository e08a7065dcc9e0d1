//! Deeds to those of another provision: which references are those of deeds that performed it.
//!
//! Invariant: decided by the claims alone, as the other attributes of a deed are.

use std::collections::BTreeSet;

use model::{
    Id,
    agreement::Action,
    claim::{Claim, Kind},
};

use crate::fit::{Against, Fit};

/// The references of deeds that fit some provisions.
#[derive(Clone, Debug, Default)]
pub struct Under {
    certain: BTreeSet<String>,
    perhaps: BTreeSet<String>,
}

impl Under {
    /// Those of live claims that fit one of these provisions.
    pub fn of(provisions: &[Id], claims: &[&Claim], against: &Against<'_>) -> Under {
        let mut under = Under::default();
        let named = against.agreement.provisions.iter().filter(|p| provisions.contains(&p.id));
        for (provision, action) in named.filter_map(|p| p.rule.action().map(|action| (p, action))) {
            let pattern = Action { by: provision.bearers.clone(), under: Vec::new(), ..action.clone() };
            let own = Against {
                pattern: &pattern,
                also: &[],
                under: None,
                incidents: false,
                counted: None,
                ..*against
            };
            let speaking = claims.iter().filter(|c| c.denies.is_empty() && c.retracts.is_none());
            for claim in speaking.filter(|c| crate::measure::speaks_of(c, &pattern.act)) {
                let Some(reference) = &claim.reference else { continue };
                let Ok(fits) = own.fit(claim) else { continue };
                // What a further provision narrows is not followed.
                let certain = fits.certain() && action.under.is_empty();
                let set = if certain { &mut under.certain } else { &mut under.perhaps };
                set.insert(reference.clone());
            }
        }
        under
    }

    /// How a claim stands to them.
    pub fn fit(&self, claim: &Claim) -> Fit {
        match &claim.reference {
            Some(reference) if self.certain.contains(reference) => Fit::Same,
            Some(reference) if self.perhaps.contains(reference) => Fit::Perhaps,
            Some(_) => Fit::Other,
            None if claim.kind == Kind::Tally => Fit::Wider,
            None => Fit::Perhaps,
        }
    }
}
