//! Agreement and accepted evidence in, verdicts out (SEMANTICS.md; spec/worlds.md settles its details).
//!
//! The passes: a [`measure::Measure`] holds the literals of one kind of deed; [`bounds::Bounds`] is what they allow between
//! instants in every maximal consistent set; [`moments::Moments`] is when something can first have come about, and
//! [`signal::Signal`] what something that comes and goes can be at each instant; `dues` goes from a provision to its instances,
//! by its rule; [`instance`] turns a window and bounds into statuses; [`evaluate`] walks the agreement. What each construct means
//! in one world is in spec/meaning.md. [`plain`] says which provisions' instances can be kept one by one, as claims come in.
//!
//! Invariant: a pure function of its arguments, sound in every world; it does no input or output and knows no clock.

mod amended;
mod apart;
pub mod asked;
mod binding;
pub mod bound;
pub mod bounds;
mod by_reference;
mod circles;
pub mod conditions;
mod counting;
pub mod course;
pub mod due;
mod dues;
mod entry;
pub mod evaluate;
mod exchange;
pub mod exercise;
mod families;
mod forbidden;
mod further;
mod in_step;
pub mod instance;
mod judging;
mod kept;
mod lots;
pub mod measure;
pub mod moments;
mod need;
pub mod outcome;
mod outside;
mod parties;
mod parts;
pub mod plain;
pub mod powers;
mod precedence;
mod prohibition;
pub mod reach;
mod recurring;
mod references;
mod schedule;
pub mod scope;
mod settled;
pub mod signal;
mod single;
mod some;
mod standing;
mod states;
pub mod stock;
mod term;
mod texts;
mod tied;
pub mod ties;
mod touched;
mod undrawn;

pub use by_reference::UNREPORTED;
pub use evaluate::evaluate;
pub use exercise::{Exercise, Faculties, Length};
pub use kept::stock_asked;
pub use measure::{Account, Event, Evidence, Measure, Pleaded, Role, Tally};
pub use stock::{Kept, Level, Stock};
