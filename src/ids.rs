//! Random names for what leaves the trust: entry ids and pseudonyms of 128 bits, link tokens of 256, certificate numbers of 50.

use sha2::{Digest, Sha256};

use crate::problem::{Problem, Result};

/// `N` bytes from the system's own source.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|fault| Problem::fault(format!("no randomness to be had: {fault}")))?;
    Ok(bytes)
}

/// 128 random bits as 32 hexadecimal digits.
pub fn random_id() -> Result<String> {
    Ok(hex(&random::<16>()?))
}

/// 256 random bits as 43 characters that need no escaping in an address.
pub fn random_token() -> Result<String> {
    Ok(base64_url(&random::<32>()?))
}

/// 50 random bits as 10 Crockford characters (no I, L, O or U).
pub fn random_crockford() -> Result<String> {
    let bits = u64::from_be_bytes(random::<8>()?);
    Ok((0..10).map(|place| char::from(CROCKFORD[(bits >> (5 * place) & 31) as usize])).collect())
}

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// None unless the text is pairs of hexadecimal digits.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

pub fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
