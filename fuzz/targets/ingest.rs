//! Entry point of the fuzzer for `fuzz::ingest`.
//!
//! Invariant: nothing is checked here.

#![no_main]
#![allow(unsafe_code, reason = "C calls it by name")]
#![allow(missing_docs, reason = "the fuzzer's macros make the names")]

mod entry;

entry::target!(fuzz::ingest, fuzz::mutation::mutated);
