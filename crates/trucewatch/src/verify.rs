//! `explain --certificate` and `verify`: what shows a verdict, written and followed.
//!
//! Invariant: a certificate that fails is the answer “no”; where it fails is told.

use std::path::Path;

use serde_json::json;
use watch::{certify::verify, files::read_text};

use crate::{
    Failure,
    arguments::{Format, Verify},
    print::{self, counted},
    status::in_words,
};

/// Writes a certificate.
pub fn write(certificate: &certificate::Certificate, file: &Path) -> Result<(), Failure> {
    let text = serde_json::to_string(certificate).map_err(|error| Failure::Internal(error.to_string()))?;
    let told = |error| Failure::Input(format!("{}: it cannot be written: {error}", file.display()));
    std::fs::write(file, text + "\n").map_err(told)?;
    let status = in_words(certificate.proof.status);
    let question = &certificate.question;
    print::line(&format!("{} {} is {status}: {}", question.provision, question.instance, file.display()))
}

/// Follows a certificate.
pub fn run(options: &Verify) -> Result<(), Failure> {
    let text = read_text(&options.certificate)?;
    let verified = match verify(&text) {
        Ok(verified) => verified,
        Err(fault) => {
            if options.format == Format::Json {
                print::json(&json!({"verified": false, "at": fault.at, "why": fault.why}))?;
            }
            return Err(Failure::No(format!("{}: it fails at {fault}", options.certificate.display())));
        }
    };
    let (question, checked) = (&verified.certificate.question, &verified.checked);
    let status = verified.certificate.proof.status;
    if options.format == Format::Json {
        return print::json(&json!({
            "verified": true,
            "says": "re-derived from the claims given",
            "agreement": {"file": verified.certificate.agreement.file, "sha256": verified.certificate.agreement.sha256},
            "question": question,
            "status": status,
            "claims": checked.claims,
            "refuted": checked.refuted,
            "witnessed": checked.witnessed,
            "unwitnessed": checked.unwitnessed,
        }));
    }
    print::line(&format!("{} {}: {}", question.provision, question.instance, in_words(status)))?;
    print::line(&format!(
        "at {}, as known at {}; standard {}; reading {}",
        question.at, question.known_at, question.standard, question.reading
    ))?;
    print::line(&format!(
        "agreement {}, SHA-256 {}",
        verified.certificate.agreement.file, verified.certificate.agreement.sha256
    ))?;
    print::line(&format!(
        "re-derived from the claims given: {} screened, {} of 9 statuses ruled out, {} shown by a world",
        counted(checked.claims, "claim"),
        checked.refuted.len(),
        checked.witnessed.len()
    ))?;
    if status.len() > 1 && !checked.unwitnessed.is_empty() {
        let names: Vec<&str> = checked.unwitnessed.iter().map(|status| status.name()).collect();
        print::line(&format!(
            "no world is shown for {}: the set may be wider than need be",
            names.join(", ")
        ))?;
    }
    Ok(())
}
