//! What every answer carries and every write must show: headers, the origin check, and the visitor's address.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::{Problem, Result};

/// The headers of every answer. `nonce` is fresh for each.
pub fn put_headers(headers: &mut HeaderMap, nonce: &str, https: bool, signed_in: bool) {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'; object-src 'none'"
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(HeaderName::from_static("content-security-policy"), policy);
    }
    put(headers, "x-content-type-options", "nosniff");
    put(headers, "x-frame-options", "DENY");
    put(headers, "referrer-policy", "same-origin");
    put(headers, "cross-origin-opener-policy", "same-origin");
    put(headers, "cross-origin-resource-policy", "same-origin");
    put(headers, "permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
    if https {
        put(headers, "strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    if signed_in || !headers.contains_key("cache-control") {
        put(headers, "cache-control", "no-store");
    }
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
}

/// A write must come from our own pages: its Origin is ours or, where the browser sends none, Sec-Fetch-Site says same-origin.
pub fn check_origin(request: &HttpRequest, address: &str) -> Result<()> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let ours = match header("origin") {
        Some(origin) => origin == address || is_own_loopback(request, origin, address),
        None => header("sec-fetch-site") == Some("same-origin"),
    };
    if ours {
        return Ok(());
    }
    Err(Problem::refused("This came from another site, so nothing was changed. Open the page here and send it again."))
}

/// Before an address is set, and in the demo, the address is whatever this machine is called on its loopback.
fn is_own_loopback(request: &HttpRequest, origin: &str, address: &str) -> bool {
    let host = request.connection_info().host().to_owned();
    let loopback = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|name| host.split(':').next() == Some(name) || host.starts_with(name));
    !address.starts_with("https://") && loopback && origin == format!("http://{host}")
}

/// The visitor's address; a proxy's word counts only if the proxy is trusted.
pub fn visitor_address(request: &HttpRequest, trusted_proxies: &[IpAddr]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    if !trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut addresses = forwarded.rsplit(',').filter_map(|address| address.trim().parse::<IpAddr>().ok());
    addresses.find(|address| !trusted_proxies.contains(address)).or(Some(peer))
}
