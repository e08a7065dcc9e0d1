//! How another provision stands over time, for what hangs on it.
//!
//! Invariant: made from the other's own instances, so that the two never tell different stories.

use model::{
    Id, Period, Status,
    agreement::Provision,
    answer::Stretch,
};

use crate::{
    conditions::{Context, NotComputed},
    dues,
    evaluate::timeline,
    moments::Moments,
    outcome::Row,
};

/// The provision of this name.
///
/// # Errors
/// When there is none.
pub fn provision_of<'a>(context: &Context<'a>, id: &Id) -> Result<&'a Provision, NotComputed> {
    let found = context.agreement.provisions.iter().find(|p| p.id == *id);
    found.ok_or_else(|| NotComputed(format!("the provision {id}, which is not declared")))
}

/// The statuses of a provision over time.
///
/// # Errors
/// When it is not computed, or hangs on itself.
pub fn stood(context: &Context<'_>, id: &Id) -> Result<Vec<Stretch>, NotComputed> {
    let provision = provision_of(context, id)?;
    context.once_only(id, || Ok(timeline(context, &dues::outcome(context, provision)?.rows)))
}

/// When every instance of a provision has come to stand so.
///
/// # Errors
/// When it is not computed, or hangs on itself.
pub fn all_stand(context: &Context<'_>, id: &Id, so: fn(Status) -> bool) -> Result<Moments, NotComputed> {
    let each = each_stands(context, id, so)?;
    Ok(each.into_iter().reduce(|a, b| a.both(&b)).unwrap_or_else(Moments::never))
}

/// When some instance of a provision has first come to stand so.
///
/// # Errors
/// When it is not computed, or hangs on itself.
pub fn some_stands(context: &Context<'_>, id: &Id, so: fn(Status) -> bool) -> Result<Moments, NotComputed> {
    let each = each_stands(context, id, so)?;
    Ok(each.into_iter().reduce(|a, b| a.either(&b)).unwrap_or_else(Moments::never))
}

fn each_stands(
    context: &Context<'_>,
    id: &Id,
    so: fn(Status) -> bool,
) -> Result<Vec<Moments>, NotComputed> {
    let provision = provision_of(context, id)?;
    let rows = context.once_only(id, || Ok(dues::outcome(context, provision)?.rows))?;
    Ok(rows.iter().map(|(_, row)| first(row, context.at, so)).collect())
}

/// When an instance can first have come to stand so: in a stretch in which it may, at the start of one in which it must.
fn first(row: &Row, at: model::Instant, so: fn(Status) -> bool) -> Moments {
    let mut result = Moments::never();
    for (index, (from, set)) in row.timeline.iter().enumerate() {
        let may = set.iter().any(so);
        let must = may && set.iter().all(so);
        let next = row.timeline.get(index + 1).map_or(at, |(next, _)| next.previous());
        let last = if must { *from } else { next };
        if let Some(span) = Period::closed(*from, last).filter(|_| may) {
            result = result.or(&Moments { spans: vec![span], never: true });
        }
        if must {
            result.never = false;
            break;
        }
    }
    result
}

/// Met, late or excused.
#[must_use]
pub fn performed(status: Status) -> bool {
    matches!(status, Status::Met | Status::Late | Status::Excused)
}

/// Met or excused.
#[must_use]
pub fn performed_in_time(status: Status) -> bool {
    matches!(status, Status::Met | Status::Excused)
}

/// Breached.
#[must_use]
pub fn breached(status: Status) -> bool {
    status == Status::Breached
}
