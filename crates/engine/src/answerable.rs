//! Answering for others' deeds: a prohibition whose doers are others, and whose bearers answer.
//!
//! Invariant: whoever did it, every bearer answers for it.

use model::{
    agreement::{Provision, Rule},
    answer::BearerAnswer,
};

use crate::{
    asked::Asked,
    conditions::{Context, NotComputed},
    outcome::{Outcome, sorted},
    recurring::{count, prohibited, violations},
};

/// The deeds of the others, as violations.
///
/// # Errors
/// When its scope or an exception is not computed.
pub fn answerable(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Answerable { action, .. } = &provision.rule else {
        return Err(NotComputed("no duty about others' deeds".to_owned()));
    };
    let scope = context.scope(&provision.while_, provision.terms.unless.as_ref())?;
    let asked = Asked::of(violations(context, provision, action, &action.by)?);
    let row = prohibited(&asked, &scope, context.at, provision);
    let mut outcome = Outcome { violations: count(&row.answer.amount), ..Outcome::default() };
    outcome.note(&asked, &provision.id);
    outcome.exact &= scope.opens.spans.iter().all(|s| s.first == s.last);
    let answer = |party| BearerAnswer { party, status: row.answer.status, violations: outcome.violations };
    outcome.by_bearer = sorted(&provision.bearers).into_iter().map(answer).collect();
    outcome.rows.push((String::new(), row));
    Ok(outcome)
}
