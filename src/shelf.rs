//! The content in use, and how a folder of the trust's own is taken into use while people are at work: each request sees one
//! library from beginning to end, and whatever is broken leaves in use what was sound.

use std::sync::{PoisonError, RwLock};

use actix_web::web;

use crate::act;
use crate::courses::{self, LastSound, Library};
use crate::evidence::Actor;
use crate::http::Desk;
use crate::problem::Result;

/// Holds the library that is in use now.
#[derive(Debug, Default)]
pub struct Shelf(RwLock<web::Data<Library>>);

impl Shelf {
    pub fn of(library: Library) -> Shelf {
        Shelf(RwLock::new(web::Data::new(library)))
    }

    pub fn library(&self) -> web::Data<Library> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, library: web::Data<Library>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = library;
    }
}

/// The folders as they are now, over what was in use last. Nothing is taken into use yet.
pub fn look(desk: &Desk) -> Result<Library> {
    let last = desk.database.read(LastSound::read)?;
    Ok(Library::load_after(desk.config.courses.as_deref(), &last).0)
}

/// Takes into use what is sound in the folders, stored first, and says in the log what is not.
pub fn reload(desk: &Desk, shelf: &Shelf, who: Actor) -> Result<web::Data<Library>> {
    let library = web::Data::new(look(desk)?);
    complain(&library);
    if desk.house().set_up {
        let stored = library.clone();
        act::perform(&desk.database, who, desk.clock.now(), move |act| courses::store_contents(act, &stored))?;
    }
    shelf.put(library.clone());
    Ok(library)
}

/// For commands beside a server: what is in use, which looking at the folders does not change. Complaints are of the folders.
pub fn as_in_use(desk: &Desk) -> Result<Library> {
    let last = desk.database.read(LastSound::read)?;
    let (mut library, _) = Library::load_after(desk.config.courses.as_deref(), &last);
    library.hold(&last);
    Ok(library)
}

fn complain(library: &Library) {
    for complaint in &library.complaints {
        tracing::error!(%complaint, "content is not sound; the last sound one stays in use");
    }
}
