//! `/demo/…`: a button for each part, and the letters that were caught.

use actix_web::cookie::Cookie;
use actix_web::web;
use serde_json::json;

use crate::app::Stage;
use crate::clock::Instant;
use crate::http::{Answer, Form, Visit};
use crate::identity::pages::cookie_name;
use crate::identity::rules::LinkKind;
use crate::identity::{self, Keyring, Opening};
use crate::mail::outbox;
use crate::problem::Problem;
use crate::text;

/// Letters on the page of what was caught.
const MOST_SHOWN: usize = 100;

/// May be opened as often as wanted: pressing the button makes an ordinary single-use link, and follows it.
pub async fn enter(visit: Visit, role: web::Path<String>, stage: web::Data<Stage>) -> Answer {
    let player = stage.players.iter().find(|player| player.role == *role).ok_or(Problem::NotFound)?;
    let view = json!({
        "heading": format!("Sign in as {}?", player.name),
        "sentence": format!("In this demo, {} plays the {}. Everything here is made up.", player.name, part(player.role)),
        "action": format!("/demo/{}", player.role),
        "button": "Sign in",
    });
    visit.page("identity/link", "Demo", view)
}

fn part(role: &str) -> &str {
    match role {
        "staff" => "member of staff",
        "manager" => "line manager",
        "hr" => "HR manager",
        other => other,
    }
}

pub async fn sign_in(
    visit: Visit,
    role: web::Path<String>,
    form: web::Bytes,
    stage: web::Data<Stage>,
    keyring: web::Data<Keyring>,
) -> Answer {
    let player = stage.players.iter().find(|player| player.role == *role).cloned().ok_or(Problem::NotFound)?;
    let shared = Form::parse(&form).has("shared");
    let person = player.person;
    let opening = visit
        .act_as(crate::evidence::Actor::system(), move |act| {
            let token = identity::make_link(act, person, LinkKind::Demo)?;
            identity::open_session(act, &keyring, &token, shared)
        })
        .await?;
    let Opening::Opened { cookie, .. } = opening else { return Err(Problem::fault("a fresh link was spent")) };
    visit.keep(Cookie::new(cookie_name(visit.desk.is_https()), cookie));
    visit.go(player.lands)
}

/// The letters, newest first, as they would have left; nothing leaves.
pub async fn letters(visit: Visit, stage: web::Data<Stage>) -> Answer {
    let rows = visit.read(|conn| outbox::newest(conn, MOST_SHOWN as i64)).await?;
    let caught = stage.caught.letters();
    let letters: Vec<_> = rows
        .iter()
        .map(|row| {
            let sent = caught.iter().find(|letter| letter.message_id == row.message_id);
            json!({
                "to": format!("{} <{}>", row.recipient_name, row.recipient),
                "subject": sent.map_or("Not sent yet", |letter| letter.subject.as_str()),
                "when": row.sent_at.map_or(format!("waits until {}", Instant(row.not_before).long()), |at| Instant(at).long()),
                "body": sent.map_or("", |letter| letter.text.as_str()),
                "links": sent.map(|letter| links(&letter.text)).unwrap_or_default(),
            })
        })
        .collect();
    let heading = match letters.len() {
        MOST_SHOWN => format!("The newest {MOST_SHOWN} letters"),
        few => text::count(few, "letter caught", "letters caught"),
    };
    let pages = json!({ "is_needed": false, "previous": null, "next": null, "sentence": "" });
    visit.page(
        "reminders/outbox",
        "The demo’s letters",
        json!({ "heading": heading, "letters": letters, "pages": pages }),
    )
}

fn links(text: &str) -> Vec<serde_json::Value> {
    let found = text.split_whitespace().filter_map(|word| word.find("/sign-in/link/").map(|at| &word[at..]));
    found.map(|href| json!({ "href": href, "text": "Open the link in this letter" })).collect()
}
