//! What learners may say of a course or a question without anybody knowing who, and the list for whoever looks after courses.

use actix_web::web;
use serde_json::{Value, json};

use super::own;
use crate::attempts::opinions::{self, AT_THE_END, Asked, OF_A_QUESTION, OfCourse, SHOWN_FROM};
use crate::courses::views::card_lines;
use crate::courses::{Course, Library};
use crate::http::{Answer, Form, Visit};
use crate::people::{self, Viewer};
use crate::problem::{Complaints, Problem, Result};

const THANKS: &str = "Thank you. It is counted, without your name or your marks.";

/// The slots of a school's card that a worry belongs to.
const WHO_TO_TELL: &[&str] = &["dsl", "head"];

// ── a course

/// GET /courses/{slug}/opinion
pub async fn of_course(visit: Visit, viewer: Viewer, slug: web::Path<String>, library: web::Data<Library>) -> Answer {
    ask_of_course(&visit, &viewer, &slug, &library, &Complaints::default()).await
}

/// POST /courses/{slug}/opinion
pub async fn say_of_course(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let course = library.course(&slug).ok_or(Problem::NotFound)?;
    let said: Vec<(&'static str, String)> =
        AT_THE_END.iter().map(|asked| (asked.about, form.get(asked.about).to_owned())).collect();
    let counted = visit
        .act_once_namelessly(&form, move |act| {
            opinions::of_course(act, &course, &said)?;
            Ok("/".to_owned())
        })
        .await;
    match counted {
        Ok(leads_to) => visit.go_saying(&leads_to, THANKS),
        Err(Problem::Invalid(complaints)) => ask_of_course(&visit, &viewer, &slug, &library, &complaints).await,
        Err(problem) => Err(problem),
    }
}

async fn ask_of_course(
    visit: &Visit,
    viewer: &Viewer,
    slug: &str,
    library: &web::Data<Library>,
    complaints: &Complaints,
) -> Answer {
    let course = library.course(slug).ok_or(Problem::NotFound)?;
    let back = format!("/courses/{slug}");
    let view = view(visit, viewer, library, &course, None, &AT_THE_END, &back, complaints).await?;
    shown(visit, "How was this course?", view, complaints)
}

// ── a question

/// An attempt and a question's place in it, counted from 1.
type OneQuestion = web::Path<(String, i64, usize)>;

/// GET /courses/{slug}/quiz/{attempt}/{question}/opinion
pub async fn of_question(visit: Visit, viewer: Viewer, path: OneQuestion, library: web::Data<Library>) -> Answer {
    doubt(&visit, &viewer, &path, &library, &Complaints::default()).await
}

/// POST /courses/{slug}/quiz/{attempt}/{question}/opinion
pub async fn say_of_question(
    visit: Visit,
    viewer: Viewer,
    path: OneQuestion,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let (course, question) = answered(&visit, &viewer, &path, &library).await?;
    let said = form.get(OF_A_QUESTION.about).to_owned();
    let counted = visit
        .act_once_namelessly(&form, move |act| {
            opinions::of_question(act, &course, &question, &said)?;
            Ok("/".to_owned())
        })
        .await;
    match counted {
        Ok(_) => visit.go_saying(&format!("/courses/{}/quiz", path.0), THANKS),
        Err(Problem::Invalid(complaints)) => doubt(&visit, &viewer, &path, &library, &complaints).await,
        Err(problem) => Err(problem),
    }
}

async fn doubt(
    visit: &Visit,
    viewer: &Viewer,
    path: &(String, i64, usize),
    library: &web::Data<Library>,
    complaints: &Complaints,
) -> Answer {
    let (course, question) = answered(visit, viewer, path, library).await?;
    let asked = course.quiz.question(&question).map(|question| question.ask.clone());
    let back = format!("/courses/{}/quiz", path.0);
    let view = view(visit, viewer, library, &course, asked, &[OF_A_QUESTION], &back, complaints).await?;
    shown(visit, "This question seems wrong", view, complaints)
}

fn shown(visit: &Visit, title: &str, view: Value, complaints: &Complaints) -> Answer {
    match complaints.is_empty() {
        true => visit.page("attempts/opinion", title, view),
        false => visit.again("attempts/opinion", title, view, complaints),
    }
}

/// The course, and the id of a question of theirs that they have answered.
async fn answered(
    visit: &Visit,
    viewer: &Viewer,
    (slug, attempt, number): &(String, i64, usize),
    library: &web::Data<Library>,
) -> Result<(std::sync::Arc<Course>, String)> {
    let (attempt, course) = own(visit, library, viewer.person, *attempt).await?;
    let place = number.checked_sub(1).filter(|place| attempt.slug == *slug && *place < attempt.answers.len());
    let question = place.and_then(|place| attempt.drawn.get(place)).cloned().ok_or(Problem::NotFound)?;
    Ok((course, question))
}

#[allow(clippy::too_many_arguments)]
async fn view(
    visit: &Visit,
    viewer: &Viewer,
    library: &Library,
    course: &Course,
    question: Option<String>,
    asked: &[Asked],
    back: &str,
    complaints: &Complaints,
) -> Result<Value> {
    let school = viewer.school;
    let filled = visit.read(move |conn| people::cards(conn, school)).await?;
    let fields = asked.iter().map(|asked| {
        let option = |(word, words): &(&str, &str)| {
            json!({ "value": word, "text": words, "note": null, "is_chosen": false })
        };
        let options: Vec<Value> = asked.answers.iter().map(option).collect();
        json!({ "name": asked.about, "ask": asked.ask, "field": { "options": options, "error": complaints.get(asked.about) } })
    });
    Ok(json!({
        "back_href": back,
        "back_text": format!("Back to {}", course.title),
        "course_title": course.title,
        "heading": if question.is_some() { "This question seems wrong" } else { "How was this course?" },
        "question": question,
        "fields": fields.collect::<Vec<_>>(),
        "cards": card_lines(library, &filled, |slot| WHO_TO_TELL.contains(&slot)),
    }))
}

// ── for whoever looks after courses

/// GET /opinions
pub async fn list(visit: Visit, _viewer: Viewer, library: web::Data<Library>) -> Answer {
    let all = visit.read(opinions::opinions).await?;
    let courses = all.iter().filter_map(|(slug, said)| Some(course_view(&*library.course(slug)?, said)));
    let view = json!({ "courses": courses.collect::<Vec<_>>() });
    visit.page("attempts/opinions", "What learners say", view)
}

fn course_view(course: &Course, said: &OfCourse) -> Value {
    let at_the_end = AT_THE_END.iter().filter_map(|asked| {
        let times = |word: &str| said.at_the_end.get(&(asked.about.to_owned(), word.to_owned())).copied();
        let answers: i32 = asked.answers.iter().filter_map(|(word, _)| times(word)).sum();
        let counts = asked.answers.iter().filter_map(|(word, words)| Some(format!("{words}: {}", times(word)?)));
        let counts = match answers {
            0 => return None,
            few if few < SHOWN_FROM => format!("fewer than {SHOWN_FROM} answers so far"),
            _ => counts.collect::<Vec<_>>().join(" · "),
        };
        Some(json!({ "ask": asked.ask, "counts": counts }))
    });
    let of_questions = said.of_questions.iter().map(|(id, said)| {
        let known = OF_A_QUESTION.answers.iter();
        let said = known.filter_map(|(word, words)| Some(format!("{words}: {}", how_often(*said.get(*word)?))));
        json!({
            "id": id,
            "ask": course.quiz.question(id).map_or("This question is no longer asked.", |question| &question.ask),
            "said": said.collect::<Vec<_>>(),
        })
    });
    json!({
        "title": course.title,
        "at_the_end": at_the_end.collect::<Vec<_>>(),
        "questions": of_questions.collect::<Vec<_>>(),
    })
}

fn how_often(times: i32) -> String {
    if times < SHOWN_FROM { format!("fewer than {SHOWN_FROM} times so far") } else { format!("{times} times") }
}
