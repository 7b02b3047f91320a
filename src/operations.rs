//! For whoever runs the program: is it alive, is it ready, its figures, and the files that are built in.

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use subtle::ConstantTimeEq;

use crate::http::{Answer, Visit, blocking};
use crate::problem::{Problem, Result};
use crate::{assets, evidence, ids};

pub async fn health() -> Answer {
    Ok(HttpResponse::Ok().content_type("text/plain").body("alive\n"))
}

/// Ready once the database answers.
pub async fn ready(visit: Visit) -> Answer {
    visit.read(evidence::size).await.map_err(|problem| Problem::busy(problem.to_string()))?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n"))
}

/// A file of the look. Browsers ask again after ten minutes, and are told if it is still the same.
pub async fn built_file(request: HttpRequest, file: web::Path<String>) -> Answer {
    let found = assets::STATIC.get_file(file.as_str()).ok_or(Problem::NotFound)?;
    let tag = format!("\"{}\"", ids::hex(&ids::sha256(found.contents())[..12]));
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(&tag);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "public, max-age=600"));
    if known {
        return Ok(answer.finish());
    }
    Ok(answer.content_type(content_type(&file)).body(found.contents()))
}

fn content_type(file: &str) -> &'static str {
    match file.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

// ── figures

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    /// The route's pattern, never the address: no figure shows what anybody looked at.
    route: &'static str,
    status: u16,
}

struct Figures {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
}

fn figures() -> &'static Figures {
    static FIGURES: OnceLock<Figures> = OnceLock::new();
    FIGURES.get_or_init(|| {
        let mut registry = Registry::with_prefix("seamark");
        let requests = Family::default();
        let seconds = Histogram::new(exponential_buckets(0.001, 2.0, 14));
        registry.register("requests", "Requests answered, by route and status", requests.clone());
        registry.register("request_seconds", "How long requests took", seconds.clone());
        Figures { registry, requests, seconds }
    })
}

/// Counts one answered request.
pub fn count(route: &'static str, status: StatusCode, took: Duration) {
    let labels = Labels { route, status: status.as_u16() };
    figures().requests.get_or_create(&labels).inc();
    figures().seconds.observe(took.as_secs_f64());
}

/// Only for whoever knows the token in `metrics_token_file`; for everybody else it does not exist.
pub async fn metrics(visit: Visit, request: HttpRequest) -> Answer {
    let file = visit.desk.config.metrics_token_file.clone().ok_or(Problem::NotFound)?;
    let token = blocking(move || Ok(std::fs::read_to_string(file)?)).await.map_err(|problem| {
        tracing::error!(cause = %problem, "no figures: the file of their token cannot be read");
        Problem::NotFound
    })?;
    let said = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = format!("Bearer {}", token.trim());
    if token.trim().is_empty() || !bool::from(said.as_bytes().ct_eq(wanted.as_bytes())) {
        return Err(Problem::NotFound);
    }
    let entries = visit.read(evidence::size).await?;
    let body = exposition(entries)?;
    Ok(HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(body))
}

fn exposition(entries: u64) -> Result<String> {
    let mut text = String::new();
    let fault = |_| Problem::fault("the figures could not be written");
    writeln!(text, "# TYPE seamark_evidence_entries gauge\nseamark_evidence_entries {entries}").map_err(fault)?;
    encode(&mut text, &figures().registry).map_err(fault)?;
    Ok(text)
}
