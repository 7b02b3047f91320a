//! Signing in and out. A link opens a page with a button, so that a mail scanner which follows it does not use it up.

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::web;
use serde_json::json;

use super::{Asking, Keyring, LinkState, Opening};
use crate::http::{Answer, Form, Visit, field};
use crate::people;
use crate::people::rules::WorkEmail;
use crate::problem::Complaints;
use crate::text;

/// The session cookie's name; the prefix makes browsers refuse it from any other host or without https.
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-seamark" } else { "seamark" }
}

pub async fn sign_in(visit: Visit) -> Answer {
    if visit.guest.is_some() {
        return visit.go("/");
    }
    visit.page("identity/sign-in", "Sign in", json!({ "email": field("", None) }))
}

pub async fn ask(visit: Visit, form: Form, keyring: web::Data<Keyring>) -> Answer {
    let email = match WorkEmail::parse(form.get("email")) {
        Ok(email) => email,
        Err(_) => {
            let mut complaints = Complaints::default();
            complaints.add("email", "Enter an email address, such as name@example.sch.uk");
            let view = json!({ "email": form.field("email", &complaints) });
            return visit.again("identity/sign-in", "Sign in", view, &complaints);
        }
    };
    let shown = email.to_string();
    // Whether it was taken or too often, the page is the same: it says how many we send in an hour.
    visit.act(move |act| super::ask_for_link(act, &keyring, &email)).await?;
    visit.page("identity/sign-in-sent", "Look in your email", json!({ "email": shown }))
}

pub async fn link(visit: Visit, token: web::Path<String>) -> Answer {
    let (looked_at, now) = (token.clone(), visit.now);
    let state = visit.read(move |conn| super::look_at_link(conn, &looked_at, now)).await?;
    let LinkState::Good(person) = state else { return spent(&visit, &token) };
    let name = visit.read(move |conn| Ok(people::person(conn, person)?.name())).await?;
    let view = json!({
        "heading": format!("Sign in as {name}?"),
        "sentence": "Press the button and you go straight to your training.",
        "action": format!("/sign-in/link/{token}"),
        "button": "Sign in",
    });
    visit.page("identity/link", "Sign in", view)
}

pub async fn use_link(visit: Visit, token: web::Path<String>, form: Form, keyring: web::Data<Keyring>) -> Answer {
    let (used, shared) = (token.clone(), form.has("shared"));
    let opening = visit.act(move |act| super::open_session(act, &keyring, &used, shared)).await?;
    match opening {
        Opening::Spent(_) => spent(&visit, &token),
        Opening::Opened { cookie, .. } => {
            visit.keep(Cookie::new(cookie_name(visit.desk.is_https()), cookie));
            visit.go("/")
        }
    }
}

fn spent(visit: &Visit, token: &str) -> Answer {
    let view = json!({
        "heading": "This link has been used or is too old",
        "sentence": "Each link works once, to keep your record safe. Send yourself another with one press.",
        "action": format!("/sign-in/fresh/{token}"),
    });
    visit.page("identity/link-spent", "This link no longer works", view)
}

pub async fn fresh(visit: Visit, token: web::Path<String>, _form: Form, keyring: web::Data<Keyring>) -> Answer {
    let token = token.into_inner();
    match visit.act(move |act| super::ask_again(act, &keyring, &token)).await? {
        Asking::Taken | Asking::TooOften => {
            let view = json!({ "email": "the address that the old link went to" });
            visit.page("identity/sign-in-sent", "Look in your email", view)
        }
    }
}

/// Which session a visit belongs to; the server puts it there.
#[derive(Clone, Copy)]
pub struct SessionId(pub i64);

pub async fn sign_out(visit: Visit, _form: Form, session: web::ReqData<SessionId>) -> Answer {
    let id = session.0;
    visit.act(move |act| super::sign_out(act, id)).await?;
    visit.forget(cookie_name(visit.desk.is_https()));
    let mut answer = visit.signed_out().page("identity/signed-out", "You’re signed out", json!({}))?;
    answer.headers_mut().insert(
        header::HeaderName::from_static("clear-site-data"),
        header::HeaderValue::from_static("\"cache\", \"storage\""),
    );
    Ok(answer)
}

/// What a write gets that came after the session had ended: everything typed is there to copy, and how to carry on.
pub fn session_ended(visit: &Visit, form: &Form, back: &str) -> Answer {
    give_back(visit, 401, form, back, "You had not clicked anything for a while, or you signed out in another window.")
}

/// The same for a page of an earlier session, sent after its reader had signed in again.
pub fn session_changed(visit: &Visit, form: &Form, back: &str) -> Answer {
    give_back(visit, 403, form, back, "You have signed in again since you opened that page.")
}

fn give_back(visit: &Visit, status: u16, form: &Form, back: &str, why: &str) -> Answer {
    let typed: Vec<_> =
        form.typed().into_iter().map(|(name, value)| json!({ "label": label(&name), "value": value })).collect();
    let view = json!({ "why": why, "typed": typed, "back_href": back, "back_text": "the page where you were" });
    visit.render(status, "identity/session-ended", "You were signed out", view, &Complaints::default())
}

/// A field's name as words: `work_email` becomes "Work email".
fn label(name: &str) -> String {
    text::capital(&name.replace(['_', '-'], " "))
}
