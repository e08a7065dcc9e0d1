//! Contents kept encrypted, each under a key of its own (XChaCha20-Poly1305).
//!
//! Invariant: a key encrypts one content and the document that belongs to it, and nothing else ever; without it neither the content
//! nor its salt can be told.

use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, aead::Aead as _};

use crate::{
    entry::SALT_BYTES,
    error::{Damage, Error},
};

/// A key.
pub type Key = [u8; 32];

/// Two nonces, since a key encrypts two texts.
const CONTENT: [u8; 24] = *b"trucewatch entry content";
const DOCUMENT: [u8; 24] = *b"trucewatch entry documen";

/// Bytes that nobody can foresee.
///
/// # Errors
/// When the system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Key(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}

fn encrypted(key: &Key, nonce: &[u8; 24], text: &[u8]) -> Result<Vec<u8>, Error> {
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher
        .encrypt(nonce.into(), text)
        .map_err(|_| Error::Refused("it is too long to be encrypted".to_owned()))
}

fn decrypted(key: &Key, nonce: &[u8; 24], text: &[u8], entry: u64) -> Result<Vec<u8>, Damage> {
    let cipher = XChaCha20Poly1305::new(key.into());
    let why = "its encrypted content is not what was recorded, or its key is another";
    cipher.decrypt(nonce.into(), text).map_err(|_| Damage::at(entry, why))
}

/// A content and its salt, encrypted.
///
/// # Errors
/// When it is too long.
pub fn content(key: &Key, salt: &[u8; SALT_BYTES], content: &[u8]) -> Result<Vec<u8>, Error> {
    encrypted(key, &CONTENT, &[salt, content].concat())
}

/// The salt and the content.
///
/// # Errors
/// When it was altered, or the key is another.
pub fn open_content(key: &Key, sealed: &[u8], entry: u64) -> Result<([u8; SALT_BYTES], Vec<u8>), Damage> {
    let text = decrypted(key, &CONTENT, sealed, entry)?;
    let (salt, content) =
        text.split_first_chunk().ok_or_else(|| Damage::at(entry, "its encrypted content is too short"))?;
    Ok((*salt, content.to_vec()))
}

/// A document, encrypted.
///
/// # Errors
/// When it is too long.
pub fn document(key: &Key, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    encrypted(key, &DOCUMENT, bytes)
}

/// A document.
///
/// # Errors
/// When it was altered, or the key is another.
pub fn open_document(key: &Key, sealed: &[u8], entry: u64) -> Result<Vec<u8>, Damage> {
    decrypted(key, &DOCUMENT, sealed, entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_alone() {
        let (key, other, salt) = (random().unwrap(), random().unwrap(), random().unwrap());
        let sealed = content(&key, &salt, b"said in confidence").unwrap();
        assert_eq!(open_content(&key, &sealed, 7).unwrap(), (salt, b"said in confidence".to_vec()));
        assert_eq!(open_content(&other, &sealed, 7).unwrap_err().entry, Some(7));
        assert!(open_document(&key, &sealed, 7).is_err());
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(open_content(&key, &altered, 7).is_err());
        }
    }
}
