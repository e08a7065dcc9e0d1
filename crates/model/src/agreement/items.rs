//! The items that an agreement declares.
//!
//! Invariant: they stay in the order of the text, and one is found by its name however many there are.

use std::{collections::BTreeMap, ops::Deref};

use super::Item;
use crate::Id;

/// Items narrower than the vocabulary's, or than each other.
#[derive(Clone, Debug, Default)]
pub struct Items {
    all: Vec<Item>,
    /// Of those of one name, the first.
    places: BTreeMap<Id, usize>,
}

impl Items {
    /// Adds one after all others.
    pub fn push(&mut self, item: Item) {
        self.places.entry(item.id.clone()).or_insert(self.all.len());
        self.all.push(item);
    }

    /// The one of this name.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&Item> {
        self.places.get(id).and_then(|place| self.all.get(*place))
    }
}

impl Deref for Items {
    type Target = [Item];

    fn deref(&self) -> &[Item] {
        &self.all
    }
}

impl FromIterator<Item> for Items {
    fn from_iter<I: IntoIterator<Item = Item>>(all: I) -> Self {
        let mut items = Items::default();
        all.into_iter().for_each(|item| items.push(item));
        items
    }
}
