//! The route table, grouped by who calls, and what every request goes through. A route that is not in the table with its access
//! rule does not exist; what one may not see is not found.

use std::net::TcpListener;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Extensions, Server, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App as WebApp, FromRequest, HttpMessage, HttpServer, Route, web};

use crate::app::App;
use crate::assignments;
use crate::evidence::Actor;
use crate::http::{Arrival, Desk, Form, Guest, NavItem, Stale, Unseen, Visit, blocking, security};
use crate::identity::pages::{SessionId, cookie_name};
use crate::identity::{self, Keyring, Recognised};
#[allow(unused_imports)]
use crate::people::rules::AccessRole::{self, Administrator, Auditor, Governor, HR, Manager};
use crate::people::{self, Viewer};
use crate::problem::{Problem, Result};
use crate::reports;
use crate::shelf::Shelf;
use crate::{
    attempts, attestations, certificates, content_page, courses, demo, ids, operations, reminders, self_checks,
    settings_page, setup,
};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody at all.
    Public,
    /// Everybody listed, once signed in.
    Listed,
    /// Whoever holds one of these; a manager is anybody whom somebody's post names.
    Any(&'static [AccessRole]),
}

pub struct Row {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    route: fn() -> Route,
}

macro_rules! rows {
    ($($access:expr => { $($verb:ident $path:literal $handler:path;)* })*) => {
        vec![$($(Row {
            method: method(stringify!($verb)),
            path: $path,
            access: $access,
            route: || web::$verb().to($handler),
        },)*)*]
    };
}

fn method(verb: &str) -> Method {
    if verb == "post" { Method::POST } else { Method::GET }
}

/// Every address there is.
pub fn table() -> Vec<Row> {
    #[allow(unused_imports)]
    use Access::{Any, Listed, Public};
    rows! {
        Public => {
            get "/healthz" operations::health;
            get "/readyz" operations::ready;
            get "/metrics" operations::metrics;
            get "/static/{file:.*}" operations::built_file;
            get "/sign-in" identity::pages::sign_in;
            post "/sign-in" identity::pages::ask;
            get "/sign-in/link/{token}" identity::pages::link;
            post "/sign-in/link/{token}" identity::pages::use_link;
            post "/sign-in/fresh/{token}" identity::pages::fresh;
            get "/help" courses::pages::help;
            get "/setup" setup::show;
            post "/setup" setup::make;
            get "/verify" certificates::pages::verify_form;
            post "/verify" certificates::pages::verify_asked;
            get "/verify/{number}" certificates::pages::verify;
        }
        Listed => {
            get "/" reports::pages::my_training::show;
            post "/sign-out" identity::pages::sign_out;
            get "/certificates" certificates::pages::list;
            get "/certificates/{number}.pdf" certificates::pages::pdf;
            get "/courses/{slug}/print" courses::pages::print;
            get "/courses/{slug}/images/{version}/{name}" courses::pages::picture;
            get "/courses/{slug}" attempts::pages::start;
            get "/courses/{slug}/quiz" attempts::pages::quiz;
            post "/courses/{slug}/quiz" attempts::pages::begin;
            post "/courses/{slug}/quiz/help" attempts::pages::ask_for_help;
            get "/courses/{slug}/quiz/{attempt}/{question}" attempts::pages::after;
            post "/courses/{slug}/quiz/{attempt}/{question}" attempts::pages::answer;
            get "/courses/{slug}/opinion" attempts::pages::opinions::of_course;
            post "/courses/{slug}/opinion" attempts::pages::opinions::say_of_course;
            get "/courses/{slug}/quiz/{attempt}/{question}/opinion" attempts::pages::opinions::of_question;
            post "/courses/{slug}/quiz/{attempt}/{question}/opinion" attempts::pages::opinions::say_of_question;
            get "/courses/{slug}/{page}" attempts::pages::page;
            post "/courses/{slug}/{page}" attempts::pages::next;
            get "/attempts" attempts::pages::past::list;
            get "/attempts/{attempt}" attempts::pages::past::one;
            get "/attempts/{attempt}/pages" attempts::pages::past::pages;
            get "/attempts/refreshers/{refresher}" attempts::pages::past::refresher;
            get "/glossary" courses::pages::glossary;
            get "/refresher" attempts::pages::refresher::show;
            post "/refresher" attempts::pages::refresher::begin;
            get "/refresher/{question}" attempts::pages::refresher::after;
            post "/refresher/{question}" attempts::pages::refresher::answer;
            get "/policies" attestations::pages::policies::policies;
            get "/policies/{slug}" attestations::pages::policies::policy;
            get "/attestations/{slug}" attestations::pages::show;
            post "/attestations/{slug}" attestations::pages::sign;
            get "/attestations/{slug}/receipt.pdf" attestations::pages::receipt;
            get "/attestations/{slug}/{statement}" attestations::pages::not_yet;
            post "/attestations/{slug}/{statement}" attestations::pages::choose;
            get "/attestations/{slug}/{statement}/{kind}" attestations::pages::ask_form;
            post "/attestations/{slug}/{statement}/{kind}" attestations::pages::ask;
            get "/self-check" self_checks::pages::show;
            post "/self-check" self_checks::pages::finish;
            get "/self-check/{slug}" self_checks::pages::show_other;
            post "/self-check/{slug}" self_checks::pages::finish_other;
        }
        Any(&[HR]) => {
            post "/people/{id}/queries/{query}" attestations::pages::close;
            get "/people/{id}/assignments/{assignment}" reports::pages::exempting::show;
            post "/people/{id}/assignments/{assignment}" reports::pages::exempting::preview;
            post "/people/{id}/assignments/{assignment}/exempt" reports::pages::exempting::exempt;
            post "/people/{id}/assignments/{assignment}/again" reports::pages::exempting::ask_again;
            get "/people/{id}/assignments/{assignment}/later" assignments::pages::extending::show;
            post "/people/{id}/assignments/{assignment}/later" assignments::pages::extending::preview;
            post "/people/{id}/assignments/{assignment}/later/give" assignments::pages::extending::give;
            post "/people/{id}/assignments/{assignment}/later/end" assignments::pages::extending::end;
            get "/people/{person}/pause" assignments::pages::pausing::show;
            post "/people/{person}/pause" assignments::pages::pausing::preview;
            post "/people/{person}/pause/apply" assignments::pages::pausing::apply;
            get "/overview" reports::pages::overview::show;
            post "/reports" reports::pages::reports::make;
        }
        Any(&[HR, Auditor]) => {
            get "/reports" reports::pages::reports::show;
        }
        Any(&[HR, Governor]) => {
            get "/governors" reports::pages::reports::governors;
        }
        Any(&[HR, Governor, Auditor]) => {
            get "/reports/{number}.pdf" reports::pages::reports::pdf;
        }
        Any(&[HR, Manager]) => {
            get "/people" reports::pages::people::show;
            get "/people.csv" reports::pages::people::csv;
            get "/people/{id:[0-9]+}" reports::pages::person::show;
        }
        Any(&[HR, Administrator]) => {
            get "/opinions" attempts::pages::opinions::list;
            get "/requirements" assignments::pages::requirements;
            post "/requirements/{id}" assignments::pages::preview_requirement;
            post "/requirements/{id}/apply" assignments::pages::change_requirement;
            get "/calendar" assignments::pages::calendar;
            post "/calendar/confirm" assignments::pages::confirm_calendar;
            post "/calendar/spans/{span}" assignments::pages::preview_calendar;
            post "/calendar/spans/{span}/apply" assignments::pages::change_calendar;
        }
        Any(&[HR]) => {
            get "/import" people::pages::choose;
            post "/import" people::pages::send;
            get "/import/{list}" people::pages::look;
            post "/import/{list}" people::pages::apply;
            get "/import/{list}/rows.csv" people::pages::every_row;
            get "/people/add" people::pages::add;
            post "/people/add" people::pages::add_person;
            get "/people/{person}/correct" people::pages::correct;
            post "/people/{person}/correct" people::pages::correct_person;
            get "/people/{person}/posts/{post}" people::pages::job;
            post "/people/{person}/posts/{post}" people::pages::correct_job;
            post "/people/{person}/duties" assignments::pages::duties::preview;
            post "/people/{person}/duties/apply" assignments::pages::duties::apply;
            post "/people/{person}/leave" people::pages::leave;
            get "/chase" reminders::pages::choose;
            post "/chase" reminders::pages::send;
            post "/chase/preview" reminders::pages::preview;
            get "/chase/sent" reminders::pages::sent;
        }
        Any(&[Administrator]) => {
            get "/settings" settings_page::show;
            get "/settings/content" content_page::show;
            post "/settings/content/reload" content_page::reload;
            post "/settings/content/sign-offs" content_page::sign_off;
            get "/settings/content/trace" content_page::trace;
            get "/settings/content/passages" content_page::passages;
            post "/settings/trust" settings_page::save_trust;
            post "/settings/mail" settings_page::save_mail;
            post "/settings/schools" settings_page::add_school;
            post "/settings/schools/{urn}" settings_page::save_school;
            post "/settings/roles" settings_page::give_role;
            post "/settings/roles/{grant}/end" settings_page::end_role;
        }
    }
}

/// What exists only under `seamark demo`.
pub fn demo_table() -> Vec<Row> {
    rows! {
        Access::Public => {
            get "/demo/outbox" demo::pages::letters;
            get "/demo/{role}" demo::pages::enter;
            post "/demo/{role}" demo::pages::sign_in;
        }
    }
}

/// The page frame's links, in order: who sees them is what the table says.
const NAV: &[(&str, &str)] = &[
    ("My training", "/"),
    ("Privacy check", "/self-check"),
    ("Certificates", "/certificates"),
    ("Policies", "/policies"),
    ("Overview", "/overview"),
    ("People", "/people"),
    ("Chase", "/chase"),
    ("Import", "/import"),
    ("Deadlines", "/requirements"),
    ("Calendar", "/calendar"),
    ("Reports", "/reports"),
    ("Governors", "/governors"),
    ("Settings", "/settings"),
];

impl Access {
    /// Whether this viewer may call it; none is a stranger.
    pub fn allows(self, viewer: Option<&Viewer>) -> bool {
        match (self, viewer) {
            (Access::Public, _) => true,
            (Access::Listed, viewer) => viewer.is_some(),
            (Access::Any(_), None) => false,
            (Access::Any(roles), Some(viewer)) => {
                roles.iter().any(|role| viewer.has(*role) || (*role == Manager && viewer.manages))
            }
        }
    }
}

/// Puts all routes, and what they need, into an actix application.
pub fn configure(app: &App, service: &mut web::ServiceConfig) {
    service
        .app_data(app.desk.clone())
        .app_data(app.keyring.clone())
        .app_data(app.shelf.clone())
        .app_data(app.certificate_key.clone())
        .app_data(app.consequences.clone())
        .app_data(app.visitors.clone())
        .app_data(app.latest.clone())
        // The one bare secret that a page can ask for is the log's: issuing a report signs a checkpoint.
        .app_data(web::Data::from(app.evidence_key.clone()))
        .app_data(web::PayloadConfig::new(crate::http::LARGEST_FORM))
        // An address that makes no sense is an address that is not there.
        .app_data(web::PathConfig::default().error_handler(|_, _| Problem::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(|_, _| Problem::NotFound.into()));
    let mut paths: Vec<(&'static str, Vec<Row>)> = Vec::new();
    if let Some(stage) = &app.stage {
        service.app_data(web::Data::new(stage.clone()));
    }
    let staged = if app.stage.is_some() { demo_table() } else { Vec::new() };
    for row in table().into_iter().chain(staged) {
        match paths.iter_mut().find(|(path, _)| *path == row.path) {
            Some((_, rows)) => rows.push(row),
            None => paths.push((row.path, vec![row])),
        }
    }
    for (path, rows) in paths {
        let rules: Vec<(Method, Access)> = rows.iter().map(|row| (row.method.clone(), row.access)).collect();
        let resource = rows.iter().fold(web::resource(path), |resource, row| resource.route((row.route)()));
        let resource = resource.default_service(web::to(not_found));
        let rules = Rc::new(rules);
        service.service(resource.wrap(from_fn(move |request, next| gate(path, rules.clone(), request, next))));
    }
    service.default_service(web::to(not_found));
}

async fn not_found() -> crate::http::Answer {
    Err(Problem::NotFound)
}

/// The route that a request took, as the table has it.
struct Pattern(&'static str);

/// The access rule of the route, the origin of a write, and the session that it needs.
async fn gate(
    path: &'static str,
    rules: Rc<Vec<(Method, Access)>>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    request.extensions_mut().insert(Pattern(path));
    let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
    let Some((_, access)) = rules.iter().find(|(of, _)| *of == method) else {
        return Ok(refuse(request, Problem::NotFound));
    };
    let viewer = request.extensions().get::<Viewer>().cloned();
    if method == Method::POST
        && let Err(problem) = check_write(&request)
    {
        return Ok(refuse(request, problem));
    }
    if access.allows(viewer.as_ref()) {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    match (viewer, method == Method::POST) {
        (Some(_), _) => Ok(refuse(request, Problem::NotFound)),
        (None, true) => {
            let answer = show_session_ended(&mut request).await.unwrap_or_else(|problem| answer_to(&problem));
            Ok(request.into_response(answer))
        }
        (None, false) => Ok(request.into_response(to_sign_in())),
    }
}

fn check_write(request: &ServiceRequest) -> Result<()> {
    let desk = request.app_data::<web::Data<Desk>>().ok_or_else(|| Problem::fault("no desk"))?;
    security::check_origin(request.request(), &desk.house().address)
}

async fn show_session_ended(request: &mut ServiceRequest) -> crate::http::Answer {
    let visit = Visit::of(request.request())?;
    let (inner, payload) = request.parts_mut();
    let back = page_above(inner.path());
    let form = Form::from_request(inner, payload).await.unwrap_or_default();
    identity::pages::session_ended(&visit, &form, &back)
}

/// The nearest address above a write's own that can be opened: many writes have no page of their own.
fn page_above(path: &str) -> String {
    let mut above = path;
    while let Some((shorter, _)) = above.rsplit_once('/') {
        if openable().iter().any(|(pattern, _)| fits(pattern, above)) {
            return above.to_owned();
        }
        above = shorter;
    }
    "/".to_owned()
}

fn fits(pattern: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len()
        && wanted.iter().zip(given).all(|(wanted, given)| wanted.starts_with('{') || *wanted == given)
}

fn to_sign_in() -> actix_web::HttpResponse {
    actix_web::HttpResponse::SeeOther().insert_header(("location", "/sign-in")).finish()
}

fn refuse(request: ServiceRequest, problem: Problem) -> ServiceResponse<BoxBody> {
    request.into_response(answer_to(&problem))
}

fn answer_to(problem: &Problem) -> actix_web::HttpResponse {
    actix_web::ResponseError::error_response(problem)
}

/// The outermost layer: reads the clock, finds out who is here, and sees to it that every answer has its headers and every
/// problem its page.
pub async fn arrive(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(desk) = request.app_data::<web::Data<Desk>>().cloned() else {
        return Ok(refuse(request, Problem::fault("no desk")));
    };
    let began = std::time::Instant::now();
    let now = desk.clock.now();
    let nonce = ids::random::<16>().map(|bytes| ids::base64_url(&bytes)).unwrap_or_default();
    let guest = match welcome(&request, &desk, now).await {
        Ok(guest) => guest,
        Err(problem) => return Ok(refuse(request, problem)),
    };
    let signed_in = guest.is_some();
    request.extensions_mut().insert(Arrival { now, nonce: nonce.clone(), guest });
    lend_library(&mut request);
    let mut response = next.call(request).await?.map_into_boxed_body();
    let stale = response.request().extensions_mut().remove::<Stale>();
    let unseen = response.response().extensions().get::<Unseen>().cloned();
    response = match (stale, unseen) {
        (Some(Stale(form)), _) => give_back(response, &form),
        (None, Some(unseen)) => draw(response, &unseen),
        (None, None) => response,
    };
    security::put_headers(response.headers_mut(), &nonce, desk.is_https(), signed_in);
    let route = response.request().extensions().get::<Pattern>().map_or("none", |Pattern(path)| path);
    operations::count(route, response.status(), began.elapsed());
    Ok(response)
}

/// The library that is in use now is this request's to its end, whatever is taken into use meanwhile.
fn lend_library(request: &mut ServiceRequest) {
    if let Some(shelf) = request.app_data::<web::Data<Shelf>>() {
        let mut lent = Extensions::new();
        lent.insert(shelf.library());
        request.add_data_container(Rc::new(lent));
    }
}

/// A form of another session's page: nothing was done, and nothing that was typed is lost.
fn give_back(response: ServiceResponse<BoxBody>, form: &Form) -> ServiceResponse<BoxBody> {
    let (request, bare) = response.into_parts();
    let back = page_above(request.path());
    let shown = Visit::of(&request).and_then(|visit| identity::pages::session_changed(&visit, form, &back));
    ServiceResponse::new(request, shown.unwrap_or(bare))
}

fn draw(response: ServiceResponse<BoxBody>, unseen: &Unseen) -> ServiceResponse<BoxBody> {
    let (request, bare) = response.into_parts();
    let drawn = Visit::of(&request).ok().and_then(|visit| unseen.draw(&visit, bare.status()));
    let Some(mut drawn) = drawn else { return ServiceResponse::new(request, bare) };
    if let Some(wait) = bare.headers().get("retry-after") {
        drawn.headers_mut().insert(actix_web::http::header::RETRY_AFTER, wait.clone());
    }
    ServiceResponse::new(request, drawn)
}

/// Who this is, by their cookie; the viewer and the session go into the request.
async fn welcome(
    request: &ServiceRequest,
    desk: &web::Data<Desk>,
    now: crate::clock::Instant,
) -> Result<Option<Arc<Guest>>> {
    let Some(cookie) = request.cookie(cookie_name(desk.is_https())) else { return Ok(None) };
    let Some(keyring) = request.app_data::<web::Data<Keyring>>().cloned() else { return Ok(None) };
    if request.path().starts_with("/static/") {
        return Ok(None);
    }
    let token = cookie.value().to_owned();
    match desk.glance(move |conn| identity::recognise(conn, &keyring, &token, now)).await {
        Ok(recognised) => {
            if recognised.note {
                note_seen(desk, recognised.session, now).await?;
            }
            Ok(Some(seat(request, recognised)))
        }
        Err(Problem::SignedOut) => Ok(None),
        Err(problem) => Err(problem),
    }
}

async fn note_seen(desk: &web::Data<Desk>, session: i64, now: crate::clock::Instant) -> Result<()> {
    let database = desk.database.clone();
    blocking(move || database.write(move |conn| identity::note_seen(conn, session, now))).await
}

fn seat(request: &ServiceRequest, recognised: Recognised) -> Arc<Guest> {
    let Recognised { session, viewer, form_token, method, shared_computer, .. } = recognised;
    let guest = Guest {
        actor: Actor {
            person: Some(viewer.person),
            pseudonym: Some(viewer.pseudonym.clone()),
            capacity: "self",
            method,
        },
        name: viewer.name.clone(),
        form_token,
        shared_computer,
        nav: nav(&viewer, request.path()),
    };
    let mut extensions = request.extensions_mut();
    extensions.insert(SessionId(session));
    extensions.insert(viewer);
    Arc::new(guest)
}

fn nav(viewer: &Viewer, path: &str) -> Vec<NavItem> {
    let is_above = |href: &str| path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    let theirs = menu().iter().filter(|(.., access)| access.allows(Some(viewer)));
    theirs.map(|&(label, href, _)| NavItem { label, href, current: path == href || is_above(href) }).collect()
}

/// The frame's links with the access rules of their addresses.
fn menu() -> &'static [(&'static str, &'static str, Access)] {
    static MENU: OnceLock<Vec<(&'static str, &'static str, Access)>> = OnceLock::new();
    MENU.get_or_init(|| {
        let access = |href| openable().iter().find(|(path, _)| *path == href).map(|(_, access)| *access);
        NAV.iter().filter_map(|&(label, href)| Some((label, href, access(href)?))).collect()
    })
}

/// What can be opened, and by whom.
fn openable() -> &'static [(&'static str, Access)] {
    static ACCESS: OnceLock<Vec<(&'static str, Access)>> = OnceLock::new();
    ACCESS.get_or_init(|| {
        let gets = table().into_iter().filter(|row| row.method == Method::GET);
        gets.map(|row| (row.path, row.access)).collect()
    })
}

/// Starts serving; the server stops when it is told to, after what it is doing.
pub fn serve(app: App, listener: TcpListener) -> Result<Server> {
    let server = HttpServer::new(move || {
        let app = app.clone();
        WebApp::new().configure(|service| configure(&app, service)).wrap(from_fn(arrive))
    });
    Ok(server
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(10)
        .workers(std::thread::available_parallelism().map_or(2, usize::from))
        .listen(listener)?
        .run())
}
