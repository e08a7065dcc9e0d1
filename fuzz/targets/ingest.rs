//! Entry point of the fuzzer for `fuzz::ingest`.
//!
//! Invariant: nothing is checked here.

#![no_main]
#![allow(unsafe_code, reason = "C calls it by name")]
#![allow(missing_docs, reason = "the fuzzer's macros make the names")]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|input: &[u8]| fuzz::ingest(input));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    fuzz::mutation::in_place(
        data,
        size,
        max_size,
        seed,
        fuzz::mutation::mutated,
        libfuzzer_sys::fuzzer_mutate,
    )
});
