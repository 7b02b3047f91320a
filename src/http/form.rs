//! A form as it was sent: names and values in order, so that whatever was typed can be shown again.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::Arrival;
use crate::clock::Day;
use crate::problem::{Complaints, Problem, Result};

/// The largest form we take, in bytes.
pub const LARGEST: usize = 256 * 1024;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(pub Vec<(String, String)>);

/// A form of another session's page: kept beside the request, so that whoever typed it gets their words back.
pub struct Stale(pub Form);

impl Form {
    pub fn parse(body: &[u8]) -> Form {
        Form(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The value of a field with the spaces around it taken off; "" if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// All values of a field that may be sent more than once, such as tick boxes.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.trim()).collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// The day that was typed as dd/mm/yyyy; where there is none, a complaint that says which day is meant: "the first day".
    pub fn day(&self, name: &str, which: &str, complaints: &mut Complaints) -> Option<Day> {
        let day = Day::read_british(self.get(name));
        if day.is_none() {
            complaints.add(name, Day::complaint(self.get(name), which));
        }
        day
    }

    /// The same for a field that may be left empty.
    pub fn day_if_any(&self, name: &str, which: &str, complaints: &mut Complaints) -> Option<Day> {
        if self.get(name).is_empty() { None } else { self.day(name, which, complaints) }
    }

    /// A text field as the templates take it: what was typed, and what is wrong with it.
    pub fn field(&self, name: &str, complaints: &Complaints) -> Value {
        field(self.get(name), complaints.get(name))
    }

    /// What somebody typed or chose: everything but the form's own hidden fields.
    pub fn typed(&self) -> Vec<(String, String)> {
        let hidden = |name: &str| matches!(name, "token" | "once");
        self.0.iter().filter(|(name, value)| !hidden(name) && !value.trim().is_empty()).cloned().collect()
    }
}

/// A text field as the templates take it.
pub fn field(value: &str, error: Option<&str>) -> Value {
    json!({ "value": value, "error": error })
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Form>>;

    /// Reads the form and checks the session's token, so that no page that takes a `Form` can forget to.
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, arrival) = (request.clone(), request.extensions().get::<Arrival>().cloned());
        let brings_a_file = request.content_type().starts_with("multipart/");
        let bytes = web::Bytes::from_request(&request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|_| Problem::refused("That was more than this form can take."))?;
            if bytes.len() > LARGEST {
                return Err(Problem::refused("That was more than this form can take."));
            }
            let form = if brings_a_file { Form::default() } else { Form::parse(&bytes) };
            if let Some(guest) = arrival.and_then(|arrival| arrival.guest)
                && let Err(problem) = check_token(&guest.form_token, form.get("token"))
            {
                request.extensions_mut().insert(Stale(form));
                return Err(problem);
            }
            Ok(form)
        })
    }
}

/// The token that every write carries must be the session's own.
pub fn check_token(wanted: &str, given: &str) -> Result<()> {
    if bool::from(wanted.as_bytes().ct_eq(given.as_bytes())) {
        return Ok(());
    }
    Err(Problem::refused(
        "This form came from another session. Nothing was changed. Open the page again and send it once more.",
    ))
}

pub(super) fn escape(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

pub(super) fn unescape(text: &str) -> Option<String> {
    form_urlencoded::parse(format!("t={text}").as_bytes()).next().map(|(_, value)| value.into_owned())
}
