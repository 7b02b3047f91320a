//! What is seen of content without anybody's progress: the printed course, the help page, pictures.
//! `views` builds what templates show.

use actix_web::web;
use serde_json::json;

use super::Library;
use super::reading::picture_type;
use super::views::{Filled, all_words, card_lines, is_contact, print_view};
use crate::db::Conn;
use crate::http::{Answer, Visit};
use crate::people::{self, Viewer};
use crate::problem::{Problem, Result};

/// GET /courses/{slug}/print
pub async fn print(visit: Visit, viewer: Viewer, slug: web::Path<String>, library: web::Data<Library>) -> Answer {
    let course = library.course(&slug).ok_or(Problem::NotFound)?;
    let filled = cards_of(&visit, viewer.school).await?;
    let view = print_view(&library, &course, &filled, &visit.house().trust);
    visit.for_print().page("courses/print", &format!("{}, the whole course", course.title), view)
}

/// GET /courses/{slug}/images/{version}/{name}
pub async fn picture(visit: Visit, path: web::Path<(String, String, String)>, library: web::Data<Library>) -> Answer {
    let (slug, version, name) = path.into_inner();
    let kind = picture_type(&name).ok_or(Problem::NotFound)?;
    let course = visit.read(move |conn| library.course_at(conn, &slug, &version)).await?;
    let bytes = course.images.get(&name).cloned().ok_or(Problem::NotFound)?;
    visit.file(kind, &name, bytes)
}

// ── words

/// GET /glossary
pub async fn glossary(visit: Visit, _viewer: Viewer, library: web::Data<Library>) -> Answer {
    visit.page("courses/glossary", "Words", json!({ "words": all_words(&library) }))
}

// ── who to tell

/// GET /help. Somebody who is not signed in sees the sentences that are safe everywhere, and no school's numbers.
pub async fn help(visit: Visit, viewer: Option<Viewer>, library: web::Data<Library>) -> Answer {
    let school = viewer.as_ref().and_then(|viewer| viewer.school);
    let (name, filled) = visit.read(move |conn| school_and_cards(conn, school, viewer.is_some())).await?;
    let name = name.unwrap_or_else(|| visit.house().trust.clone());
    let cards = card_lines(&library, &filled, is_contact);
    let view = json!({
        "urgent": "If a child is in danger now, ring 999 first.",
        "sentence": "Tell somebody the same day. You do not have to be sure, and you do not have to finish any training first.",
        "schools": [{ "name": name, "cards": cards }],
    });
    visit.page("courses/help", "Get help or report", view)
}

fn school_and_cards(conn: &mut Conn, school: Option<i64>, signed_in: bool) -> Result<(Option<String>, Filled)> {
    let filled = if signed_in { people::cards(conn, school)? } else { Filled::new() };
    let Some(school) = school else { return Ok((None, filled)) };
    let schools = people::schools(conn)?;
    Ok((schools.into_iter().find(|listed| listed.id == school).map(|listed| listed.name), filled))
}

async fn cards_of(visit: &Visit, school: Option<i64>) -> Result<Filled> {
    visit.read(move |conn| people::cards(conn, school)).await
}
