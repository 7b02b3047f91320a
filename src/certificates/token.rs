//! A certificate's signed form: a token (EdDSA) that says what is printed. It is in the PDF's metadata; whoever has the
//! public key can prove it without asking us.

use ed25519_dalek::pkcs8::EncodePublicKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::clock::{Day, Instant};
use crate::ids;
use crate::keys::Secret;
use crate::problem::{Problem, Result};

const TYPE: &str = "seamark-certificate+jwt";
/// Longer ones are no certificate's.
const LONGEST: usize = 8 * 1024;

/// Signs certificates, and nothing else.
pub struct Key {
    /// The public key's thumbprint (RFC 7638), in base64url.
    id: String,
    public_pem: String,
    signing: EncodingKey,
    reading: DecodingKey,
}

/// What a token says: the words that are printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The trust that issued it, by name.
    pub iss: String,
    /// Seconds since 1970 (RFC 7519), rounded down.
    pub iat: i64,
    pub number: String,
    /// The holder, as printed.
    pub name: String,
    pub course: String,
    /// The version of the content that was completed.
    pub version: String,
    pub completed: Day,
    pub valid_until: Day,
}

impl Claims {
    pub fn issued(&self) -> Instant {
        Instant(self.iat * 1000)
    }
}

impl Key {
    pub fn new(secret: &Secret) -> Result<Key> {
        let public = secret.signing_key().verifying_key();
        let public_pem = public
            .to_public_key_pem(LineEnding::LF)
            .map_err(|fault| Problem::fault(format!("the certificates' public key: {fault}")))?;
        Ok(Key {
            id: thumbprint(public.as_bytes()),
            public_pem,
            signing: EncodingKey::from_ed_der(&secret.pkcs8()?),
            reading: DecodingKey::from_ed_der(public.as_bytes()),
        })
    }

    /// What a token's header names the key by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public key, to print and publish.
    pub fn public_pem(&self) -> &str {
        &self.public_pem
    }

    pub fn sign(&self, claims: &Claims) -> Result<String> {
        let header = Header { typ: Some(TYPE.to_owned()), kid: Some(self.id.clone()), ..Header::new(Algorithm::EdDSA) };
        encode(&header, claims, &self.signing)
            .map_err(|fault| Problem::fault(format!("a certificate's token: {fault}")))
    }

    /// What a token says, if this key signed it. Whether the certificate still holds is not the token's to say.
    pub fn read(&self, token: &str) -> Option<Claims> {
        if token.len() > LONGEST {
            return None;
        }
        let opened = decode::<Claims>(token, &self.reading, &only_the_signature()).ok()?;
        let is_ours = opened.header.typ.as_deref() == Some(TYPE) && opened.header.kid.as_ref() == Some(&self.id);
        is_ours.then_some(opened.claims)
    }
}

fn only_the_signature() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.required_spec_claims.clear();
    validation
}

fn thumbprint(public: &[u8]) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, ids::base64_url(public));
    ids::base64_url(&ids::sha256(members.as_bytes()))
}
