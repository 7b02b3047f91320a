//! The five faces of a `Problem` on the web: each a status and a friendly page; a fault is logged here alone, with a reference.

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

use super::Visit;
use crate::ids;
use crate::problem::{Complaints, FaultKind, Problem};

/// Rides in a bare response until the server's outermost layer draws its page.
#[derive(Debug, Clone)]
pub struct Unseen {
    pub template: &'static str,
    pub title: &'static str,
    pub view: Value,
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Problem::SignedOut => StatusCode::UNAUTHORIZED,
            Problem::NotFound => StatusCode::NOT_FOUND,
            Problem::Refused(_) => StatusCode::FORBIDDEN,
            Problem::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::Fault(fault) if fault.kind == FaultKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let unseen = unseen(self);
        let mut answer = HttpResponse::build(self.status_code());
        if self.fault_kind() == Some(FaultKind::Busy) {
            answer.insert_header((header::RETRY_AFTER, "5"));
        }
        let mut answer = answer.content_type("text/plain; charset=utf-8").body(sentence_of(self));
        answer.extensions_mut().insert(unseen);
        answer
    }
}

fn unseen(problem: &Problem) -> Unseen {
    match problem {
        Problem::SignedOut => Unseen { template: "identity/signed-out", title: "Please sign in", view: json!({}) },
        Problem::NotFound => Unseen { template: "faults/not-found", title: "Page not found", view: json!({}) },
        Problem::Refused(why) => refused("That could not be done", why),
        Problem::Invalid(complaints) => refused(
            "Something needs putting right",
            &complaints.0.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(" "),
        ),
        Problem::Fault(fault) if fault.kind == FaultKind::Busy => {
            tracing::warn!(cause = %fault.cause, "busy");
            Unseen { template: "faults/busy", title: "Very busy", view: json!({ "wait": "about 5 seconds" }) }
        }
        Problem::Fault(fault) => {
            let reference = reference();
            tracing::error!(cause = %fault.cause, reference, "fault");
            Unseen { template: "faults/fault", title: "Something went wrong", view: json!({ "reference": reference }) }
        }
    }
}

fn refused(heading: &'static str, why: &str) -> Unseen {
    let view = json!({ "heading": heading, "why": why, "back_href": "/", "back_text": "Back to my training" });
    Unseen { template: "faults/refused", title: heading, view }
}

/// What may be said of a problem to anybody.
pub fn sentence_of(problem: &Problem) -> String {
    match problem {
        Problem::Fault(_) => "Something went wrong on our side. Nothing was lost. Try again in a minute.".to_owned(),
        said => said.to_string(),
    }
}

/// Six characters to read out on the telephone.
fn reference() -> String {
    ids::random_crockford().map(|characters| characters[..6].to_owned()).unwrap_or_else(|_| "NOREF".to_owned())
}

pub fn content_type_html() -> &'static str {
    "text/html; charset=utf-8"
}

impl Unseen {
    /// Draws the page for it; the plain sentence stays if even that fails.
    pub fn draw(&self, visit: &Visit, status: StatusCode) -> Option<HttpResponse> {
        visit.render(status.as_u16(), self.template, self.title, &self.view, &Complaints::default()).ok()
    }
}
