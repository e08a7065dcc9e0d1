//! `explain --certificate` and `verify`: what shows a verdict, written and followed.
//!
//! Invariant: a certificate that fails is the answer “no”; where it fails is told.

use std::path::Path;

use serde_json::json;
use watch::{
    bundle::{self, Trusted, Verified},
    certify::verify,
    files::read_text,
    ledger::WitnessKey,
};

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

/// Checks a finding or follows a certificate.
pub fn run(options: &Verify) -> Result<(), Failure> {
    let bytes = watch::files::read_bytes(&options.file)?;
    if bytes.starts_with(b"PK") {
        return finding(options, &bytes);
    }
    let text = read_text(&options.file)?;
    let verified = match verify(&text) {
        Ok(verified) => verified,
        Err(fault) => {
            if options.format == Format::Json {
                print::json(&json!({"verified": false, "at": fault.at, "why": fault.why}))?;
            }
            return Err(Failure::No(format!("{}: it fails at {fault}", options.file.display())));
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

/// Checks a published finding.
fn finding(options: &Verify, bytes: &[u8]) -> Result<(), Failure> {
    let witnesses = options.witness.iter().map(|key| WitnessKey::new(key.trim())).collect::<Result<_, _>>();
    let witnesses = witnesses.map_err(|error| Failure::Input(error.to_string()))?;
    let trusted = Trusted { key: options.key.as_ref().map(|key| key.trim().to_owned()), witnesses };
    let verified = match bundle::verify(bytes, &trusted) {
        Ok(verified) => verified,
        Err(refusal) => {
            if options.format == Format::Json {
                print::json(&json!({"verified": false, "at": refusal.at, "why": refusal.why}))?;
            }
            return Err(Failure::No(format!("{}: refused: {refusal}", options.file.display())));
        }
    };
    let Verified { finding, head, key, .. } = &verified;
    if options.format == Format::Json {
        return print::json(&json!({
            "verified": true,
            "says": verified.says(),
            "complete": verified.complete,
            "checkpoint": head.size,
            "key": key,
            "key_is_known": verified.key_is_known,
            "not_given": verified.not_given,
            "erased": verified.erased,
            "certificates": verified.certificates,
            "cosigned": verified.cosigned.iter().map(|(name, at)| json!({"witness": name, "at": at})).collect::<Vec<_>>(),
            "finding": finding,
            "answers": verified.answers,
        }));
    }
    let asked = &finding.question;
    print::line(&format!("{}: {}", finding.watch, finding.agreement))?;
    print::line(&format!("at {}, as known at {}; reading {}", asked.at, asked.known_at, asked.reading))?;
    let mut rows = Vec::new();
    for (standard, answer) in &verified.answers {
        for provision in &answer.provisions {
            let status = provision.status.map_or_else(|| "not computed".to_owned(), in_words);
            rows.push(vec![provision.id.clone(), standard.clone(), status]);
        }
    }
    print::line(&print::table(&rows))?;
    print::line(&verified.says())?;
    print::line(&format!(
        "{} followed; agreement SHA-256 {}",
        counted(verified.certificates, "certificate"),
        finding.agreement_sha256
    ))?;
    for (name, at) in &verified.cosigned {
        print::line(&format!("cosigned by {name} at {at}"))?;
    }
    let known = if verified.key_is_known {
        "the key you know"
    } else {
        "compare this with a key that you have from elsewhere"
    };
    print::line(&format!("signed by {key} ({known})"))
}
