//! Cosignatures, held against ones that public witnesses gave.

use ledger::{Cosigner, WitnessKey, cosign};

/// A checkpoint of a Certificate Transparency log (arche2025h1, staging) that four public test witnesses cosigned; it stands in the
/// tests of the Python package tlog_scales.
const CHECKPOINT: &str = "arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
";

/// The keys of the four, as they publish them.
const WITNESSES: [&str; 4] = [
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
];

/// Of the staging witness of Geomys, which did not cosign it.
const ANOTHER: &str =
    "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G";

#[test]
fn cosignatures_of_public_witnesses_are_checked() {
    for public in WITNESSES {
        let key = WitnessKey::new(public).unwrap();
        assert_eq!(key.public(), public);
        assert_eq!(key.time_of(CHECKPOINT).unwrap(), Some(0x6a12_2120), "{public}");
        for (from, to) in
            [("1432088532", "1432088533"), ("\nU7WM", "\nU7WN"), ("arche2025h1.", "arche2026h1.")]
        {
            let altered = CHECKPOINT.replacen(from, to, 1);
            assert!(key.time_of(&altered).is_err(), "{public}: {from}");
        }
    }
    assert_eq!(WitnessKey::new(ANOTHER).unwrap().time_of(CHECKPOINT).unwrap(), None);
}

#[test]
fn every_changed_bit_of_a_cosignature_is_found() {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let key = WitnessKey::new(WITNESSES[2]).unwrap();
    let (text, mut lines) = cosign::split(CHECKPOINT).unwrap();
    let line = lines.find(|line| key.made(line)).unwrap();
    let bytes = BASE64_STANDARD.decode(line.rsplit(' ').next().unwrap()).unwrap();
    assert!(key.time_in(text, line).unwrap().is_some());
    for bit in 0..bytes.len() * 8 {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let line = format!("— remora.n621.de {}", BASE64_STANDARD.encode(&altered));
        // The first 32 bits say whose it is.
        match key.time_in(text, &line) {
            Ok(None) => assert!(bit < 32, "{bit}"),
            Ok(Some(_)) => panic!("{bit}"),
            Err(_) => assert!(bit >= 32, "{bit}"),
        }
    }
}

#[test]
fn a_witness_signs_what_its_key_checks() {
    let cosigner = Cosigner::generate("party.example/witness").unwrap();
    assert_eq!(Cosigner::read(&cosigner.text()).unwrap().text(), cosigner.text());
    let key = WitnessKey::new(&cosigner.public()).unwrap();
    let (text, _) = cosign::split(CHECKPOINT).unwrap();
    let line = cosigner.line(text.as_bytes(), 1_679_315_147).unwrap();
    assert!(line.starts_with("— party.example/witness ") && line.ends_with('\n'));
    let both = cosign::merged(CHECKPOINT, &format!("{text}\n{line}")).unwrap();
    assert_eq!(both, format!("{CHECKPOINT}{line}"));
    assert_eq!(key.time_of(&both).unwrap(), Some(1_679_315_147));
    assert_eq!(cosign::merged(&both, CHECKPOINT).unwrap(), both, "nothing is lost or doubled");
    // The same key as one of a log is not the same key.
    let other = Cosigner::generate("party.example/witness").unwrap();
    assert!(
        Cosigner::read(&format!("{}{}", cosigner.text().lines().next().unwrap(), other.public())).is_err()
    );
    assert!(Cosigner::read(&ledger::Signer::generate("a-log").unwrap().text()).is_err());
    assert!(ledger::keys::verifier(&cosigner.public()).is_err());
}

#[test]
fn what_is_no_key_is_told() {
    for (wrong, why) in [
        ("remora.n621.de+da77ade8+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", "its id"),
        ("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw", "base 64"),
        ("remora.n621.de+da77ade7", "NAME+ID+KEY"),
        ("remora n621+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", "blank"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key of a log"),
    ] {
        let told = WitnessKey::new(wrong).unwrap_err().to_string();
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn checkpoints_that_differ_are_not_merged() {
    let other = CHECKPOINT.replace("1432088532", "1432088533");
    assert!(cosign::merged(CHECKPOINT, &other).is_err());
    let crowd: String = (0..95).map(|n| format!("— w{n} AAAAAAAA\n")).collect();
    let (text, _) = cosign::split(CHECKPOINT).unwrap();
    let told = cosign::merged(CHECKPOINT, &format!("{text}\n{crowd}")).unwrap_err().to_string();
    assert!(told.contains("more signatures"), "{told}");
}
