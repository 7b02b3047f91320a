//! What is seen of people: so far, how a page learns who is looking.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::Viewer;
use crate::problem::{Problem, Result};

impl FromRequest for Viewer {
    type Error = Problem;
    type Future = std::future::Ready<Result<Viewer>>;

    /// The viewer that the server put into the request; a page that asks for one is never shown to a stranger.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(request.extensions().get::<Viewer>().cloned().ok_or(Problem::SignedOut))
    }
}
