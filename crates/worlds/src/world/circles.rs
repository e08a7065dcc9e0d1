//! What hangs on itself after some delay (spec/meaning.md §2): taken to be never so, then as that makes it, until it stays the same.
//!
//! Invariant: what is handed out either hangs on nothing that is still being found out, or is known to.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use super::{World, not_handled, ticks::Ticks};
use crate::Refused;

/// Rounds after which a circle that has not settled is given up.
const ROUNDS: usize = 80;
/// How often one provision may be met on the way to itself.
const DEPTH: usize = 12;

/// What is being found out.
#[derive(Default)]
pub(super) struct Circles {
    /// What conditions that are being found out are taken to be, and the place of each in the order of asking.
    taken: RefCell<BTreeMap<String, (Ticks, usize)>>,
    /// For everything that is being found out, the earliest that it was seen to hang on.
    asked: RefCell<Vec<usize>>,
    /// Where provisions are being found out.
    provisions: RefCell<BTreeMap<String, Vec<usize>>>,
    /// Whether the next condition is read for a scope.
    scope: Cell<bool>,
}

impl Circles {
    fn hang(&self, on: usize) {
        self.asked.borrow_mut().iter_mut().skip(on).for_each(|earliest| *earliest = on.min(*earliest));
    }
}

impl World<'_> {
    /// The ticks of a condition with a name, in a circle or not.
    pub(super) fn round(
        &self,
        key: &str,
        find: impl Fn() -> Result<Ticks, Refused>,
    ) -> Result<Ticks, Refused> {
        let circles = &self.circles;
        let for_scope = circles.scope.replace(false);
        let known = circles.taken.borrow().get(key).cloned();
        let (ticks, open) = match known {
            Some((ticks, place)) => {
                circles.hang(place);
                (ticks, true)
            }
            None => self.found(key, find)?,
        };
        circles.scope.set(for_scope);
        // A scope in a circle is as things stood the tick before.
        let later = |ticks: &Ticks| {
            Ticks::of(
                ticks
                    .periods()
                    .iter()
                    .map(|one| model::Period { first: one.first.next(), last: one.last.next() }),
            )
        };
        Ok(if for_scope && open { later(&ticks) } else { ticks })
    }

    /// What it comes to, and whether it hangs on something that was asked for before it.
    fn found(&self, key: &str, find: impl Fn() -> Result<Ticks, Refused>) -> Result<(Ticks, bool), Refused> {
        let circles = &self.circles;
        let place = circles.asked.borrow().len();
        let mut taken = Ticks::none();
        for _ in 0..ROUNDS {
            circles.taken.borrow_mut().insert(key.to_owned(), (taken.clone(), place));
            circles.asked.borrow_mut().push(usize::MAX);
            let ticks = find();
            let earliest = circles.asked.borrow_mut().pop().unwrap_or(usize::MAX);
            circles.taken.borrow_mut().remove(key);
            let ticks = ticks?;
            let so_far = |ticks: &Ticks| ticks.and(&Ticks::from(self.until.next()).not());
            if earliest > place || so_far(&ticks) == so_far(&taken) {
                return Ok((ticks, earliest < place));
            }
            taken = ticks;
        }
        not_handled("a circle that does not settle")
    }

    /// What conditions are read for the scope of a provision.
    pub(super) fn for_scope<T>(&self, read: impl FnOnce() -> T) -> T {
        let before = self.circles.scope.replace(true);
        let result = read();
        self.circles.scope.set(before);
        result
    }

    /// The instances of a provision, which may be asked for while they are being found out.
    pub(super) fn of_provision<T>(
        &self,
        id: &str,
        find: impl FnOnce() -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let circles = &self.circles;
        let for_scope = circles.scope.replace(false);
        let place = circles.asked.borrow().len();
        let open: Vec<usize> = circles.provisions.borrow().get(id).cloned().unwrap_or_default();
        if open.len() >= DEPTH {
            return not_handled("a provision that is met again and again on the way to itself");
        }
        if let Some(first) = open.first() {
            circles.hang(*first);
        }
        circles.provisions.borrow_mut().entry(id.to_owned()).or_default().push(place);
        circles.asked.borrow_mut().push(usize::MAX);
        let result = find();
        circles.asked.borrow_mut().pop();
        if let Some(places) = circles.provisions.borrow_mut().get_mut(id) {
            places.pop();
        }
        circles.scope.set(for_scope);
        result
    }
}
