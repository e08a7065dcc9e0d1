//! x
use crate::{conditions::{Context, NotComputed}, outcome::Outcome};
use model::agreement::Provision;
pub fn by_reference(_: &Context<'_>, _: &Provision) -> Result<Outcome, NotComputed> { Err(NotComputed("answers that are matched by reference".to_owned())) }
