//! The session cookie: a token (HS256) around the session's random id, valid to its absolute end. It only turns rubbish away
//! before the database; the row decides.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids;
use crate::keys::Secret;
use crate::problem::{Problem, Result};

const AUDIENCE: &str = "seamark-session";
const TYPE: &str = "session+jwt";
/// Longer ones are nobody's session.
const LONGEST: usize = 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    aud: String,
    /// Seconds since 1970 (RFC 7519), rounded down.
    iat: i64,
    exp: i64,
    sid: String,
}

/// Makes the cookie's value.
pub fn seal(key: &Secret, sid: &str, opened: Instant, ends: Instant) -> Result<String> {
    let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::HS256) };
    let claims = Claims {
        aud: AUDIENCE.to_owned(),
        iat: opened.0.div_euclid(1000),
        exp: ends.0.div_euclid(1000),
        sid: sid.to_owned(),
    };
    encode(&header, &claims, &EncodingKey::from_secret(&key.0))
        .map_err(|fault| Problem::fault(format!("session token: {fault}")))
}

/// The session's id, if the token is ours and has not run out by the clock that is handed down.
pub fn open(key: &Secret, token: &str, now: Instant) -> Option<String> {
    if token.len() > LONGEST {
        return None;
    }
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["aud", "exp"]);
    let opened = decode::<Claims>(token, &DecodingKey::from_secret(&key.0), &validation).ok()?;
    let in_time = opened.header.typ.as_deref() == Some(TYPE) && now.0.div_euclid(1000) <= opened.claims.exp;
    in_time.then_some(opened.claims.sid)
}

/// What the row keeps of the id.
pub fn sid_hash(sid: &str) -> Vec<u8> {
    ids::sha256(sid.as_bytes()).to_vec()
}
