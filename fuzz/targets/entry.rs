//! What every target has: the fuzzer's two entry points, for a check and the way in which its inputs change.
//!
//! Invariant: nothing is checked here.

/// The entry points of a target.
macro_rules! target {
    ($check:path, $mutated:path) => {
        libfuzzer_sys::fuzz_target!(|input: &[u8]| $check(input));

        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            fuzz::mutation::in_place(data, size, max_size, seed, $mutated, libfuzzer_sys::fuzzer_mutate)
        });
    };
}

pub(crate) use target;
