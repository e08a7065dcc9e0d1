//! Circles through time: what hangs on itself, after some delay, is gone round until nothing changes
//! (SEMANTICS.md §3, spec/meaning.md §2).
//!
//! Invariant: sound at every turn. The first takes what is asked for to be anything at any time, each further one takes it
//! to be what the last one left possible; what was found on the way is kept only when the circle has come to rest.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use model::{Duration, Id, Period, agreement::Provision};

use crate::{
    conditions::{Context, NotComputed},
    dues,
    moments::Moments,
    outcome::Outcome,
    signal::{Signal, Truth},
    tied::{in_any_way, statuses},
};

/// A circle that has not come to rest after so many turns is left as wide as it then is.
const TURNS_MAX: usize = 40;
/// Turns of all circles of one question together.
const TURNS_IN_ALL: usize = 4_000;
/// A provision that is met again and again on the way to itself, with no condition between.
const NESTED_MAX: usize = 3;
/// Hangs on nothing that is still being found out.
const FREE: usize = usize::MAX;

/// Something that is being found out.
struct Frame {
    /// The lowest frame below on which it hangs; `FREE` where it hangs on none.
    hangs_on: usize,
    /// Whether something hangs on it.
    asked: bool,
    /// Whether it hangs on something that was gone round, which may be wider than need be.
    wide: bool,
}

/// What was found out, the frame on which it hangs, and whether it may be wider than need be.
#[derive(Clone)]
struct Known<T> {
    value: Result<T, NotComputed>,
    frame: usize,
    wide: bool,
}

/// What names stand for: what is known, with the frame on which it hangs, and what is assumed of what is being found out.
struct Names<T> {
    known: BTreeMap<String, Known<T>>,
    assumed: BTreeMap<String, (T, usize)>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Names { known: BTreeMap::new(), assumed: BTreeMap::new() }
    }
}

impl<T> Names<T> {
    fn settle(&mut self, frame: usize, wide: bool) {
        for known in self.known.values_mut().filter(|known| known.frame == frame) {
            known.frame = FREE;
            known.wide |= wide;
        }
    }

    fn forget(&mut self) {
        self.known.retain(|_, known| known.frame == FREE);
    }
}

/// Provisions with their instances, the frame on which each hangs, and whether it may be wider than need be.
type Outcomes = BTreeMap<Id, (Rc<Result<Outcome, NotComputed>>, usize, bool)>;

/// Everything that a question has found out so far.
#[derive(Default)]
pub(crate) struct Found {
    frames: RefCell<Vec<Frame>>,
    turns: Cell<usize>,
    /// Whether what is read next is read for when a duty binds.
    binding: Cell<bool>,
    moments: RefCell<Names<Moments>>,
    signals: RefCell<Names<Signal>>,
    outcomes: RefCell<Outcomes>,
    /// The provisions that are being found out: the frame of each, and how often it was met again.
    open: RefCell<BTreeMap<Id, (usize, usize)>>,
}

impl Found {
    /// What is being found out hangs on a frame.
    fn hang(&self, frame: usize) {
        for (index, open) in self.frames.borrow_mut().iter_mut().enumerate().skip(frame) {
            if index == frame {
                open.asked = true;
            } else {
                open.hangs_on = open.hangs_on.min(frame);
            }
        }
    }

    /// All that is being found out hangs on something that may be wider than need be.
    fn widen(&self, wide: bool) {
        self.frames.borrow_mut().iter_mut().for_each(|frame| frame.wide |= wide);
    }

    /// Finds something out in a frame of its own: what it comes to, and the frame as it then is.
    fn in_frame<T>(&self, find: impl FnOnce() -> T) -> (T, Frame) {
        let new = || Frame { hangs_on: FREE, asked: false, wide: false };
        self.frames.borrow_mut().push(new());
        let found = find();
        let mut frame = self.frames.borrow_mut().pop().unwrap_or_else(new);
        frame.wide |= frame.asked;
        (found, frame)
    }

    /// What hung on a frame alone is known, and as wide as that is.
    fn settle(&self, frame: usize, wide: bool) {
        self.moments.borrow_mut().settle(frame, wide);
        self.signals.borrow_mut().settle(frame, wide);
        for known in self.outcomes.borrow_mut().values_mut().filter(|known| known.1 == frame) {
            known.1 = FREE;
            known.2 |= wide;
        }
    }

    /// Forgets what hangs on something that is still being found out.
    fn forget(&self) {
        self.moments.borrow_mut().forget();
        self.signals.borrow_mut().forget();
        self.outcomes.borrow_mut().retain(|_, known| known.1 == FREE);
    }

    /// What a name stands for, and the frame on which that hangs.
    fn look<T: Clone + PartialEq>(
        &self,
        names: &RefCell<Names<T>>,
        key: String,
        widest: T,
        find: impl Fn() -> Result<T, NotComputed>,
    ) -> (Result<T, NotComputed>, usize) {
        let known = names.borrow().known.get(&key).cloned();
        let assumed = || {
            let names = names.borrow();
            let (value, frame) = names.assumed.get(&key)?;
            Some(Known { value: Ok(value.clone()), frame: *frame, wide: false })
        };
        if let Some(known) = known.or_else(assumed) {
            self.hang(known.frame);
            self.widen(known.wide);
            return (known.value, known.frame);
        }
        let index = self.frames.borrow().len();
        let mut assumed = widest;
        for turn in 0.. {
            names.borrow_mut().assumed.insert(key.clone(), (assumed.clone(), index));
            let (value, Frame { hangs_on, asked, wide }) = self.in_frame(&find);
            names.borrow_mut().assumed.remove(&key);
            self.turns.set(self.turns.get() + usize::from(asked));
            let spent = turn >= TURNS_MAX || self.turns.get() >= TURNS_IN_ALL;
            match value {
                Ok(next) if asked && next != assumed && !spent => {
                    self.forget();
                    assumed = next;
                }
                value => {
                    self.settle(index, wide);
                    self.hang(hangs_on);
                    self.widen(wide);
                    let known = Known { value: value.clone(), frame: hangs_on, wide };
                    names.borrow_mut().known.insert(key, known);
                    return (value, hangs_on);
                }
            }
        }
        (Ok(assumed), FREE)
    }

    /// The same, as what reads it sees it: when a duty in the circle binds hangs on how things stood the tick before.
    fn read<T: Clone + PartialEq>(
        &self,
        names: &RefCell<Names<T>>,
        key: String,
        widest: T,
        find: impl Fn() -> Result<T, NotComputed>,
        later: impl Fn(T) -> T,
    ) -> Result<T, NotComputed> {
        let binding = self.binding.replace(false);
        let (value, frame) = self.look(names, key, widest, find);
        self.binding.set(binding);
        if binding && frame != FREE { value.map(later) } else { value }
    }
}

impl Context<'_> {
    /// What is read meanwhile is read for when a duty binds.
    pub(crate) fn for_binding<T>(&self, read: impl FnOnce() -> T) -> T {
        let before = self.found.binding.replace(true);
        let result = read();
        self.found.binding.set(before);
        result
    }

    /// When something first comes about, found out once.
    pub(crate) fn named(
        &self,
        key: String,
        find: impl Fn() -> Result<Moments, NotComputed>,
    ) -> Result<Moments, NotComputed> {
        let later = |moments: Moments| moments.shifted(Duration(1)).by(self.at);
        self.found.read(&self.found.moments, key, self.any_time(), find, later)
    }

    /// How a provision stands at each instant, found out once.
    pub(crate) fn standing(
        &self,
        key: String,
        find: impl Fn() -> Result<Signal, NotComputed>,
    ) -> Result<Signal, NotComputed> {
        let anything = Signal::constant(Truth::Perhaps);
        self.found.read(&self.found.signals, key, anything, find, |signal| signal.later())
    }

    /// At any time since the signing, or not at all.
    pub(crate) fn any_time(&self) -> Moments {
        let first = self.origin();
        let spans = if first <= self.at { vec![Period { first, last: self.at }] } else { Vec::new() };
        Moments { spans, never: true }
    }

    /// A provision's instances, computed once.
    #[must_use]
    pub fn outcome(&self, provision: &Provision) -> Rc<Result<Outcome, NotComputed>> {
        let (found, id) = (&self.found, &provision.id);
        let known = found.outcomes.borrow().get(id).cloned();
        if let Some((outcome, frame, wide)) = known {
            found.hang(frame);
            found.widen(wide);
            return outcome;
        }
        let binding = found.binding.replace(false);
        let open = found.open.borrow().get(id).copied();
        let outcome = match open {
            Some((frame, met)) => {
                found.hang(frame);
                if met >= NESTED_MAX {
                    found.widen(true);
                    let any = statuses(self.agreement, provision);
                    Rc::new(Ok(in_any_way(self, provision, any, "imprecise")))
                } else {
                    found.open.borrow_mut().insert(id.clone(), (frame, met + 1));
                    let (outcome, _) = found.in_frame(|| dues::outcome(self, provision));
                    found.open.borrow_mut().insert(id.clone(), (frame, met));
                    Rc::new(outcome.map(in_a_circle))
                }
            }
            None => {
                let index = found.frames.borrow().len();
                found.open.borrow_mut().insert(id.clone(), (index, 0));
                let (outcome, Frame { hangs_on, wide, .. }) =
                    found.in_frame(|| dues::outcome(self, provision));
                found.open.borrow_mut().remove(id);
                let circular = wide || hangs_on != FREE;
                let outcome = Rc::new(if circular { outcome.map(in_a_circle) } else { outcome });
                found.settle(index, circular);
                found.hang(hangs_on);
                found.widen(circular);
                found.outcomes.borrow_mut().insert(id.clone(), (Rc::clone(&outcome), hangs_on, circular));
                outcome
            }
        };
        found.binding.set(binding);
        outcome
    }
}

/// In a circle no doubt is independent of another.
fn in_a_circle(outcome: Outcome) -> Outcome {
    let exact = outcome.exact && outcome.rows.iter().all(|(_, row)| row.answer.status.len() == 1);
    Outcome { exact, ..outcome }
}
