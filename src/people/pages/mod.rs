//! What is seen of people: how a page learns who is looking; bringing in a staff list; adding and correcting by hand, a job on a page of its own.

mod by_hand;
mod imported;
mod importing;
mod job;
mod typed;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

pub use by_hand::{add, add_person, correct, correct_person, leave};
pub use imported::every_row;
pub use importing::{apply, choose, look, send};
pub use job::{correct_job, job};

use super::{Scope, Viewer};
use crate::problem::{Problem, Result};

impl FromRequest for Viewer {
    type Error = Problem;
    type Future = std::future::Ready<Result<Viewer>>;

    /// The viewer that the server put into the request; a page that asks for one is never shown to a stranger.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(request.extensions().get::<Viewer>().cloned().ok_or(Problem::SignedOut))
    }
}

/// Where this viewer does HR's work; nowhere is not found.
fn hr_scope(viewer: &Viewer) -> Result<Scope> {
    viewer.hr_scope().ok_or(Problem::NotFound)
}
