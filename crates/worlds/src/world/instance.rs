//! An instance of a provision: a status for each tick.
//!
//! Invariant: the status is the same at any two ticks with no change between them.

use std::collections::BTreeSet;

use model::{Id, Instant, Period, Status};

use super::ticks::Ticks;

type StatusAt = Box<dyn Fn(Instant) -> Option<Status>>;

/// One instance.
pub struct Instance {
    /// `once`, a step's number, a period's first day, `#k`, a reference.
    pub key: String,
    /// The bearers who answer for it, each with what it is for him; all alike where it is empty.
    bearers: Vec<(Id, StatusAt)>,
    /// The ticks at which its status can change.
    changes: BTreeSet<Instant>,
    status: StatusAt,
    /// The ticks of its period that are in scope, where it is an instance of a period.
    window: Ticks,
}

impl Instance {
    /// An instance that has a status from some tick on.
    pub fn new(
        key: impl Into<String>,
        changes: impl IntoIterator<Item = Instant>,
        status: impl Fn(Instant) -> Option<Status> + 'static,
    ) -> Self {
        let changes = changes.into_iter().chain([Instant::MIN]).collect();
        Instance {
            key: key.into(),
            bearers: Vec::new(),
            changes,
            status: Box::new(status),
            window: Ticks::none(),
        }
    }

    /// With the window of its period.
    #[must_use]
    pub fn over(mut self, window: Ticks) -> Self {
        self.window = window;
        self
    }

    /// The ticks of its period that are in scope.
    #[must_use]
    pub fn window(&self) -> &Ticks {
        &self.window
    }

    /// Whether it is one of a period that is over by a tick.
    #[must_use]
    pub fn is_over(&self, at: Instant) -> bool {
        self.window.periods().last().is_some_and(|period| period.last < at)
    }

    /// The same, of one bearer alone.
    #[must_use]
    pub fn of(mut self, bearer: &Id) -> Self {
        self.bearers.push((bearer.clone(), Box::new(|_| None)));
        self
    }

    /// The one bearer whose it is, if it is one's alone.
    #[must_use]
    pub fn bearer(&self) -> Option<&Id> {
        match self.bearers.as_slice() {
            [(bearer, _)] => Some(bearer),
            _ => None,
        }
    }

    /// With what it is for one bearer.
    #[must_use]
    pub fn for_bearer(mut self, bearer: &Id, status: impl Fn(Instant) -> Option<Status> + 'static) -> Self {
        self.bearers.push((bearer.clone(), Box::new(status)));
        self
    }

    /// Its status at a tick; none where there is no such instance yet.
    #[must_use]
    pub fn status(&self, at: Instant) -> Option<Status> {
        (self.status)(at)
    }

    /// Its status for one bearer.
    #[must_use]
    pub fn status_of(&self, bearer: &Id, at: Instant) -> Option<Status> {
        if self.bearers.is_empty() {
            return self.status(at);
        }
        let (_, own) = self.bearers.iter().find(|(one, _)| one == bearer)?;
        own(at).or_else(|| self.status(at))
    }

    /// The ticks at which it can change.
    pub fn changes(&self) -> impl Iterator<Item = Instant> + '_ {
        self.changes.iter().copied()
    }

    /// The ticks at which its status is one of these.
    #[must_use]
    pub fn ticks(&self, wanted: &[Status]) -> Ticks {
        Ticks::between(self.changes(), |at| self.status(at).is_some_and(|status| wanted.contains(&status)))
    }

    /// Where the text has ended, or changed: from `since` on its status is another's.
    #[must_use]
    pub fn mapped(
        self,
        changes: impl IntoIterator<Item = Instant>,
        change: impl Fn(&dyn Fn(Instant) -> Option<Status>, Instant) -> Option<Status> + Clone + 'static,
    ) -> Self {
        let Instance { key, bearers, changes: mut ticks, status, window } = self;
        ticks.extend(changes);
        let wrap = |inner: StatusAt| -> StatusAt {
            let change = change.clone();
            Box::new(move |at| change(&*inner, at))
        };
        let bearers = bearers.into_iter().map(|(bearer, own)| (bearer, wrap(own))).collect();
        Instance { key, bearers, changes: ticks, status: wrap(status), window }
    }

    /// Where only effort, pace or quality is owed: what is not met is not judged.
    #[must_use]
    pub fn not_judged(self) -> Self {
        self.mapped([], |inner, at| {
            Some(match inner(at)? {
                Status::Breached | Status::Late => Status::NotAdjudicated,
                status => status,
            })
        })
    }

    /// Suspended throughout a period, unless it was met, late or breached before.
    #[must_use]
    pub fn suspended(self, when: Period) -> Self {
        self.mapped([when.first, when.last.next()], move |inner, at| {
            let decided = matches!(
                inner(when.first.previous()),
                Some(Status::Met | Status::Late | Status::Breached | Status::Excused | Status::Lapsed)
            );
            let suspended = when.contains(&Period::at(at)) && !decided;
            inner(at).map(|status| if suspended { Status::Suspended } else { status })
        })
    }

    /// A period that a suspension touches is met if it is reached, else suspended.
    #[must_use]
    pub fn period_suspended(self, when: Period) -> Self {
        if self.window.within(when.first, when.last).is_empty() {
            return self;
        }
        self.mapped([when.first, when.last.next()], move |inner, at| {
            let before = inner(when.first.previous());
            Some(match inner(at)? {
                status if at < when.first => status,
                Status::Met => Status::Met,
                status if matches!(before, Some(Status::Breached | Status::Late)) => status,
                _ => Status::Suspended,
            })
        })
    }
}
