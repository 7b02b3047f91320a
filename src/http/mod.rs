//! What every room's `pages.rs` is written with: the `Visit` (who is here, and how to read, act and answer), the `Form`, and
//! the `Desk` that holds what pages need of the ground.

mod faces;
mod form;
pub mod once;
pub mod security;
mod upload;
mod views;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, RwLock};

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Value, json};

pub use faces::{Unseen, content_type_html, sentence_of};
pub use form::{Form, LARGEST as LARGEST_FORM, Stale, check_token, field};
pub use upload::{SentFile, Upload};
pub use views::Views;

use crate::act::{self, Act};
use crate::clock::{Clock, Instant};
use crate::config::Config;
use crate::db::{Conn, Database};
use crate::evidence::Actor;
use crate::ids;
use crate::problem::{Complaints, Problem, Result};

/// What a page's handler gives back.
pub type Answer = Result<HttpResponse>;

/// What pages need of the ground; one for the whole program.
pub struct Desk {
    pub database: Database,
    pub clock: Clock,
    pub config: Config,
    pub views: Views,
    pub house: RwLock<Arc<House>>,
}

/// What the trust has set, as pages need it; read again whenever settings change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct House {
    pub trust: String,
    /// The public address without a slash at its end: https://training.example.sch.uk
    pub address: String,
    pub mail_from: String,
    pub mail_reply: String,
    pub mail_to: String,
    pub set_up: bool,
}

impl Desk {
    pub fn house(&self) -> Arc<House> {
        self.house.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Reads a few rows that belong to one person: here and now where nothing has to wait, else as other pages read.
    pub async fn glance<T: Send + 'static>(&self, look: impl Fn(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        match self.database.glance(&look) {
            Some(seen) => seen,
            None => {
                let database = self.database.clone();
                blocking(move || database.read(look)).await
            }
        }
    }

    pub fn set_house(&self, house: House) {
        *self.house.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(house);
    }

    /// Cookies carry the `__Host-` prefix, and browsers are told to insist on https, when the public address is https.
    pub fn is_https(&self) -> bool {
        self.house().address.starts_with("https://")
    }
}

/// Somebody signed in, as the page's frame shows them.
#[derive(Debug, Clone)]
pub struct Guest {
    pub actor: Actor,
    pub name: String,
    pub form_token: String,
    pub shared_computer: bool,
    pub nav: Vec<NavItem>,
}

#[derive(Debug, Clone, Serialize)]
pub struct NavItem {
    pub label: &'static str,
    pub href: &'static str,
    pub current: bool,
}

/// Set by the server for each request before it reaches a page.
#[derive(Clone)]
pub struct Arrival {
    pub now: Instant,
    pub nonce: String,
    pub guest: Option<Arc<Guest>>,
}

/// One request, as a page sees it.
#[derive(Clone)]
pub struct Visit {
    pub desk: web::Data<Desk>,
    pub now: Instant,
    pub guest: Option<Arc<Guest>>,
    nonce: String,
    notice: Option<String>,
    printing: bool,
    /// Cookies to set with the answer.
    cookies: Rc<RefCell<Vec<Cookie<'static>>>>,
}

const NOTICE: &str = "notice";

impl FromRequest for Visit {
    type Error = Problem;
    type Future = std::future::Ready<Result<Visit>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Visit::of(request))
    }
}

impl Visit {
    pub fn of(request: &HttpRequest) -> Result<Visit> {
        let desk = request.app_data::<web::Data<Desk>>().cloned();
        let desk = desk.ok_or_else(|| Problem::fault("no desk"))?;
        let arrival = request.extensions().get::<Arrival>().cloned();
        let arrival = arrival.ok_or_else(|| Problem::fault("no arrival"))?;
        let notice = request.cookie(NOTICE).and_then(|cookie| form::unescape(cookie.value()));
        Ok(Visit {
            desk,
            now: arrival.now,
            guest: arrival.guest,
            nonce: arrival.nonce,
            notice,
            printing: false,
            cookies: Rc::default(),
        })
    }

    pub fn house(&self) -> Arc<House> {
        self.desk.house()
    }

    /// Who acts in this visit; the program itself where nobody is signed in.
    pub fn actor(&self) -> Actor {
        self.guest.as_ref().map_or_else(Actor::system, |guest| guest.actor.clone())
    }

    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let database = self.desk.database.clone();
        blocking(move || database.read(look)).await
    }

    pub async fn act<T: Send + 'static>(&self, verb: impl Fn(&mut Act) -> Result<T> + Send + 'static) -> Result<T> {
        self.act_as(self.actor(), verb).await
    }

    /// The same in another capacity: `visit.act_as(visit.actor_as("hr"), …)`.
    pub async fn act_as<T: Send + 'static>(
        &self,
        who: Actor,
        verb: impl Fn(&mut Act) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (database, now) = (self.desk.database.clone(), self.now);
        blocking(move || act::perform(&database, who, now, verb)).await
    }

    pub fn actor_as(&self, capacity: &'static str) -> Actor {
        Actor { capacity, ..self.actor() }
    }

    /// An act that may arrive twice, with one effect: the form's once-key is kept with the address that the first led to.
    pub async fn act_once(
        &self,
        form: &Form,
        capacity: &'static str,
        verb: impl Fn(&mut Act) -> Result<String> + Send + 'static,
    ) -> Result<String> {
        let once = form.get("once").to_owned();
        self.act_as(self.actor_as(capacity), move |act| once::only(act, &once, &verb)).await
    }

    /// The same for what nobody may be tied to: the once-key is kept without the person and without an exact time.
    pub async fn act_once_namelessly(
        &self,
        form: &Form,
        verb: impl Fn(&mut Act) -> Result<String> + Send + 'static,
    ) -> Result<String> {
        let once = form.get("once").to_owned();
        self.act_as(Actor::system(), move |act| once::only(act, &once, &verb)).await
    }

    /// The same visit, for a page without its frame, ready for paper.
    pub fn for_print(&self) -> Visit {
        Visit { printing: true, ..self.clone() }
    }

    /// The same visit, with nobody signed in any more.
    pub fn signed_out(&self) -> Visit {
        Visit { guest: None, ..self.clone() }
    }

    /// A page. `title` is the browser's; `view` is the template's own, to which `errors` and `once` are added.
    pub fn page(&self, template: &str, title: &str, view: impl Serialize) -> Answer {
        self.render(200, template, title, view, &Complaints::default())
    }

    /// The same page again with what was typed, and what needs putting right.
    pub fn again(&self, template: &str, title: &str, view: impl Serialize, complaints: &Complaints) -> Answer {
        self.render(422, template, title, view, complaints)
    }

    pub fn render(
        &self,
        status: u16,
        template: &str,
        title: &str,
        view: impl Serialize,
        complaints: &Complaints,
    ) -> Answer {
        let mut view = serde_json::to_value(view)?;
        if let Some(view) = view.as_object_mut() {
            let errors = complaints.0.iter().map(|(field, message)| json!({ "field": field, "message": message }));
            view.insert("errors".to_owned(), errors.collect());
            view.insert("once".to_owned(), ids::random_id()?.into());
        }
        let body = self.desk.views.page(template, self.frame(title), view)?;
        let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
        let mut answer = HttpResponse::build(status).content_type(content_type_html()).body(body);
        if self.notice.is_some() {
            self.forget(NOTICE);
        }
        self.set_cookies(&mut answer)?;
        Ok(answer)
    }

    fn frame(&self, title: &str) -> Value {
        let house = self.house();
        let guest = self.guest.as_deref();
        json!({
            "title": title,
            "trust": house.trust,
            "name": guest.map(|guest| &guest.name),
            "nav": guest.map(|guest| guest.nav.clone()).unwrap_or_default(),
            "notice": self.notice,
            "token": guest.map(|guest| guest.form_token.as_str()).unwrap_or_default(),
            "nonce": self.nonce,
            "print": self.printing,
        })
    }

    /// On to another page, after a write (303).
    pub fn go(&self, address: &str) -> Answer {
        let mut answer = HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish();
        self.set_cookies(&mut answer)?;
        Ok(answer)
    }

    /// On to another page, which shows the notice once.
    pub fn go_saying(&self, address: &str, notice: &str) -> Answer {
        let mut cookie = Cookie::new(NOTICE, form::escape(notice));
        cookie.set_max_age(time::Duration::minutes(2));
        self.keep(cookie);
        self.go(address)
    }

    /// A file to keep, such as a PDF or a CSV.
    pub fn file(&self, content_type: &str, name: &str, bytes: Vec<u8>) -> Answer {
        let disposition = format!("attachment; filename=\"{name}\"");
        Ok(HttpResponse::Ok()
            .content_type(content_type.to_owned())
            .insert_header((header::CONTENT_DISPOSITION, disposition))
            .body(bytes))
    }

    /// Sets a cookie with the answer; never readable by scripts, and sent only to this site.
    pub fn keep(&self, mut cookie: Cookie<'static>) {
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_secure(self.desk.is_https());
        self.cookies.borrow_mut().push(cookie);
    }

    pub fn forget(&self, name: &str) {
        let mut cookie = Cookie::new(name.to_owned(), "");
        cookie.set_max_age(time::Duration::ZERO);
        self.keep(cookie);
    }

    fn set_cookies(&self, answer: &mut HttpResponse) -> Result<()> {
        for cookie in self.cookies.borrow_mut().drain(..) {
            answer.add_cookie(&cookie).map_err(|fault| Problem::fault(format!("cookie: {fault}")))?;
        }
        Ok(())
    }
}

/// Runs what may wait (database, drawing) away from the threads that answer.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    web::block(work).await.map_err(|_| Problem::busy("no thread free"))?
}
