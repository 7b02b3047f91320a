//! What is seen of policies: which there are, and each one's text. They are everybody's to read; who is asked to sign one is
//! led to it.

use std::sync::Arc;

use actix_web::web;
use serde_json::{Value, json};

use super::address;
use crate::assignments;
use crate::clock::Instant;
use crate::courses::reading::{Binds, Policy};
use crate::courses::views::{Signature, policy_version_line, policy_view};
use crate::courses::{Kind, Library};
use crate::db::Conn;
use crate::http::{Answer, Visit};
use crate::people::{self, Viewer};
use crate::problem::{Problem, Result};

/// What an address of a policy may ask for: an older version, and the form for paper.
#[derive(Debug, serde::Deserialize)]
pub struct PolicyAsked {
    version: Option<String>,
    print: Option<String>,
}

/// GET /policies/{slug}, with `?version=` for a stored version and `?print` for paper.
pub async fn policy(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    asked: web::Query<PolicyAsked>,
    library: web::Data<Library>,
) -> Answer {
    let (asked, now, shelf) = (asked.into_inner(), visit.now, library.clone());
    let (policy, filled, signature) = visit
        .read(move |conn| {
            let policy = policy_asked_for(conn, &shelf, &slug, asked.version.as_deref())?;
            let signature = signature_asked_of(conn, viewer.person, &slug, now)?;
            Ok((policy, people::cards(conn, viewer.school)?, signature))
        })
        .await?;
    let view = policy_view(&library, &policy, &filled, signature);
    let visit = if asked.print.is_some() { visit.for_print() } else { visit };
    visit.page("courses/policy", &policy.title, view)
}

fn policy_asked_for(conn: &mut Conn, library: &Library, slug: &str, version: Option<&str>) -> Result<Arc<Policy>> {
    match version {
        Some(version) => library.policy_at(conn, slug, version),
        None => library.policy(slug).ok_or(Problem::NotFound),
    }
}

/// Where somebody signs this policy; none for whoever is not asked to.
fn signature_asked_of(conn: &mut Conn, person: i64, slug: &str, now: Instant) -> Result<Option<Signature>> {
    match assignments::assignment_for(conn, person, Kind::Policy, slug, now) {
        Ok(asked) => Ok(Some(Signature { href: address(slug), is_given: asked.is_complete(now) })),
        Err(Problem::NotFound) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// GET /policies
pub async fn policies(visit: Visit, viewer: Viewer, library: web::Data<Library>) -> Answer {
    let (policies, now) = (library.policies(), visit.now);
    let rows = visit
        .read(move |conn| {
            let row = |policy: &Arc<Policy>| {
                let is_asked = signature_asked_of(conn, viewer.person, &policy.slug, now)?.is_some();
                Ok(row(policy, is_asked))
            };
            policies.iter().map(row).collect::<Result<Vec<Value>>>()
        })
        .await?;
    visit.page("courses/policies", "Policies", json!({ "policies": rows }))
}

fn row(policy: &Policy, is_asked: bool) -> Value {
    json!({
        "title": policy.title,
        "href": format!("/policies/{}", policy.slug),
        "version": policy_version_line(policy),
        "sentence": signed_by(policy, is_asked),
    })
}

fn signed_by(policy: &Policy, is_asked: bool) -> Option<String> {
    let binds_staff = policy.clauses.values().any(|clause| clause.duty && clause.binds.contains(&Binds::Staff));
    let who = if policy.adds_to.is_some() { "The staff of one school" } else { "All staff" };
    let you = if is_asked { "" } else { " You are not asked to sign it." };
    binds_staff.then(|| format!("{who} sign it once a year.{you}"))
}
