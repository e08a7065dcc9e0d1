//! How far long work has come, for people who watch a terminal.
//!
//! Invariant: nothing is drawn where nobody looks: in a pipe, a file or a log.

use std::cell::OnceCell;

use indicatif::{ProgressBar, ProgressStyle};

/// Work on fewer things than this is over before it can be drawn.
const WORTH_DRAWING: u64 = 20_000;

/// A bar that is drawn once there is much to do.
pub struct Progress {
    what: &'static str,
    bar: OnceCell<ProgressBar>,
}

impl Progress {
    /// Nothing is done yet.
    pub fn new(what: &'static str) -> Progress {
        Progress { what, bar: OnceCell::new() }
    }

    /// So many of so many are done.
    pub fn at<N: TryInto<u64>>(&self, done: N, all: N) {
        let (Ok(done), Ok(all)) = (done.try_into(), all.try_into()) else { return };
        if all >= WORTH_DRAWING {
            self.draw(done, all);
        }
    }

    /// So many of so many steps are done, each of which may take a while.
    pub fn steps<N: TryInto<u64>>(&self, done: N, all: N) {
        if let (Ok(done), Ok(all)) = (done.try_into(), all.try_into()) {
            self.draw(done, all);
        }
    }

    fn draw(&self, done: u64, all: u64) {
        let bar = self.bar.get_or_init(|| {
            let shape =
                ProgressStyle::with_template("{prefix} {wide_bar} {human_pos} of {human_len}, {eta} left");
            let bar = ProgressBar::new(all).with_prefix(self.what);
            if let Ok(shape) = shape { bar.with_style(shape) } else { bar }
        });
        bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
