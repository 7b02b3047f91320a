//! `seamark courses preview`: one course in a browser on this machine, as it is written, with what is wrong with it; a page that
//! is open shows itself again whenever a file is saved. No database, no people, no other machine.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

use crate::courses::files::Folder;
use crate::courses::reading::picture_type;
use crate::courses::views::page_view;
use crate::courses::{Course, Kind, Library, Question, QuestionKind};
use crate::http::{Answer, Views, content_type_html};
use crate::operations;
use crate::problem::{Problem, Result};

/// The course that is looked at, and where its files are.
#[derive(Clone)]
struct Place {
    course: PathBuf,
    /// The folder of courses that it is in, if it is in one.
    shelf: Option<PathBuf>,
    slug: String,
}

/// Serves until it is stopped; gives what to say then.
pub fn preview(course: &Path, listen: SocketAddr) -> Result<String> {
    if !listen.ip().is_loopback() {
        return Err(Problem::refused("A preview is for this machine only: listen on 127.0.0.1."));
    }
    let place = Place::of(course)?;
    let listener = TcpListener::bind(listen)
        .map_err(|error| Problem::refused(format!("{listen} cannot be listened on: {error}")))?;
    println!("{} at http://{}/  Press Ctrl-C to stop.", place.slug, listener.local_addr()?);
    let place = web::Data::new(place);
    let views = web::Data::new(Views::read()?);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(place.clone())
            .app_data(views.clone())
            .route("/", web::get().to(contents))
            .route("/static/{file:.*}", web::get().to(operations::built_file))
            .route("/saved/{state}", web::get().to(saved))
            .route("/courses/{slug}/images/{version}/{name}", web::get().to(picture))
            .route("/courses/{slug}/{page}", web::get().to(page))
            .route("/courses/{slug}/{page}", web::post().to(next))
            .default_service(web::to(home))
    });
    let server = server.workers(1).listen(listener)?;
    actix_web::rt::System::new().block_on(server.run()).map_err(Problem::from)?;
    Ok("Stopped.".to_owned())
}

impl Place {
    fn of(course: &Path) -> Result<Place> {
        let course =
            course.canonicalize().map_err(|error| Problem::refused(format!("{}: {error}", course.display())))?;
        if !course.join("course.toml").is_file() {
            return Err(Problem::refused(format!("{} is no course: it has no course.toml.", course.display())));
        }
        let slug = course.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let modules = course.parent().filter(|parent| parent.ends_with(Kind::Course.folder()));
        let shelf = modules.and_then(Path::parent).map(Path::to_path_buf);
        Ok(Place { course, shelf, slug })
    }

    /// The files as they are now: the whole shelf, for its glossary and facts, or the course alone.
    fn folder(&self) -> Result<Folder> {
        if let Some(shelf) = &self.shelf {
            return Folder::on_disk(shelf);
        }
        let course = Folder::on_disk(&self.course)?;
        let place = |path: &str| format!("{}/{}/{path}", Kind::Course.folder(), self.slug);
        let files = course.paths().map(|path| (place(path), course.bytes(path).unwrap_or_default().to_vec()));
        Ok(Folder::new(files.collect::<Vec<_>>()))
    }

    /// The library as written, and the state of the files that it was read from.
    fn read(&self) -> Result<(Library, String)> {
        let folder = self.folder()?;
        Ok((Library::as_written(&folder), folder.version()))
    }
}

/// GET /: what is wrong, the pages, and every question with its answers and reasons.
async fn contents(place: web::Data<Place>, views: web::Data<Views>) -> Answer {
    let (library, state) = place.read()?;
    let inside = format!("{}/{}/", Kind::Course.folder(), place.slug);
    let lines = library.complaints.iter().chain(&library.drafts).filter(|line| line.file.starts_with(&inside));
    let complaints: Vec<String> = lines.map(|line| line.to_string().trim_start_matches(&inside).to_owned()).collect();
    let course = library.course(&place.slug);
    let title = course.as_ref().map_or(place.slug.as_str(), |course| course.title.as_str()).to_owned();
    let view = json!({
        "title": title,
        "complaints": complaints,
        "course": course.as_deref().map(course_view),
        "errors": [],
    });
    show(&views, "courses/preview", &title, &view, &state)
}

fn course_view(course: &Course) -> Value {
    let pages = course.pages.iter().map(|page| {
        let href = format!("/courses/{}/{}", course.slug, page.name);
        json!({ "title": page.title, "href": href, "words": page.words(), "clauses": page.clauses.join(", ") })
    });
    json!({
        "summary": course.summary,
        "audience": course.audience,
        "minutes": format!("{} minutes; at most {} are claimed", course.minutes, course.minutes_at_most),
        "note": course.note,
        "outcomes": course.outcomes.iter().map(|outcome| &outcome.text).collect::<Vec<_>>(),
        "pages": pages.collect::<Vec<_>>(),
        "questions": course.quiz.questions.iter().map(question_view).collect::<Vec<_>>(),
    })
}

fn question_view(question: &Question) -> Value {
    let row = |mark: &str, text: &str, reason: &str| json!({ "mark": mark, "text": text, "reason": reason });
    let rows: Vec<Value> = match &question.kind {
        QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => choices
            .iter()
            .map(|choice| row(if choice.is_right { "right" } else { "wrong" }, &choice.text, &choice.reason))
            .collect(),
        QuestionKind::Order { steps, .. } => {
            steps.iter().enumerate().map(|(at, step)| row(&(at + 1).to_string(), &step.text, &step.reason)).collect()
        }
        QuestionKind::Match { pairs, spare } => pairs
            .iter()
            .map(|pair| row("pair", &format!("{} → {}", pair.prompt, pair.answer), &pair.reason))
            .chain(spare.iter().map(|answer| row("spare", answer, "")))
            .collect(),
    };
    let gate = question.gate.as_ref().map(|gate| format!(" · gate {gate}")).unwrap_or_default();
    json!({
        "id": question.id,
        "about": format!("{} · {}{gate}", question.clauses.join(", "), question.outcome),
        "ask": question.ask,
        "rows": rows,
        "why": question.why,
    })
}

/// GET /courses/{slug}/{page}, as a reader sees it.
async fn page(place: web::Data<Place>, views: web::Data<Views>, path: web::Path<(String, String)>) -> Answer {
    let (library, state) = place.read()?;
    let (slug, name) = path.into_inner();
    let Some(course) = library.course(&slug) else { return home().await };
    let Some((number, _)) = course.page(&name) else { return home().await };
    let view = page_view(&library, &course, number, &BTreeMap::new(), |_| false).ok_or(Problem::NotFound)?;
    let mut view = serde_json::to_value(view)?;
    view["back_href"] = json!("/");
    view["errors"] = json!([]);
    show(&views, "courses/page", &course.title, &view, &state)
}

/// POST of "next": on to the page after this one, and after the last to the questions.
async fn next(place: web::Data<Place>, path: web::Path<(String, String)>) -> Answer {
    let (library, _) = place.read()?;
    let (slug, name) = path.into_inner();
    let course = library.course(&slug).ok_or(Problem::NotFound)?;
    let number = course.page(&name).map_or(0, |(number, _)| number + 1);
    let after = course.pages.get(number);
    go(&after.map_or("/#questions".to_owned(), |page| format!("/courses/{slug}/{}", page.name)))
}

async fn picture(place: web::Data<Place>, path: web::Path<(String, String, String)>) -> Answer {
    let (slug, _, name) = path.into_inner();
    let course = place.read()?.0.course(&slug).ok_or(Problem::NotFound)?;
    let bytes = course.images.get(&name).cloned().ok_or(Problem::NotFound)?;
    Ok(HttpResponse::Ok().content_type(picture_type(&name).unwrap_or_default()).body(bytes))
}

async fn home() -> Answer {
    go("/")
}

fn go(address: &str) -> Answer {
    Ok(HttpResponse::SeeOther().insert_header(("location", address)).finish())
}

const LOOKS: usize = 80;
const BETWEEN_LOOKS: Duration = Duration::from_millis(300);

/// GET /saved/{state}: answers once the files are in another state, or after a while.
async fn saved(place: web::Data<Place>, state: web::Path<String>) -> Answer {
    for _ in 0..LOOKS {
        // A file that is just being saved may be gone for a moment.
        if place.folder().is_ok_and(|folder| folder.version() != *state) {
            return Ok(HttpResponse::Ok().body("saved"));
        }
        actix_web::rt::time::sleep(BETWEEN_LOOKS).await;
    }
    Ok(HttpResponse::NoContent().finish())
}

fn show(views: &Views, template: &str, title: &str, view: &Value, state: &str) -> Answer {
    let frame = json!({
        "title": title, "trust": "Preview", "name": null, "nav": [], "notice": null, "token": "", "nonce": "",
        "print": false,
    });
    let html = views.page(template, frame, view.clone())?;
    let script = format!(
        "<script>(async()=>{{for(;;){{const r=await fetch('/saved/{state}').catch(()=>0);if(!r)await new \
         Promise(d=>setTimeout(d,1000));else if(r.status===200)return location.reload()}}}})()</script></body>"
    );
    Ok(HttpResponse::Ok().content_type(content_type_html()).body(html.replacen("</body>", &script, 1)))
}
