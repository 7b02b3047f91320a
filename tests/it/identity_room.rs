//! Ways in and out: links that work once and in time, how often one may ask, how long a session holds, and what becomes of a
//! write that comes too late.

use base64::Engine;
use diesel::prelude::*;
use seamark::app::App;
use seamark::clock::Instant;
use seamark::evidence::Actor;
use seamark::identity::rules::{LinkKind, TRUST_ASKINGS_AN_HOUR};
use seamark::identity::{self, Opening};
use seamark::people::rules::AccessRole;
use seamark::people::{self, NewPost, Person};
use seamark::{each_backend, schema};

use crate::attestations_room::Trust;
use crate::house::browser::{Browser, Page};

const COOKIE: &str = "__Host-seamark";

fn makes(trust: &Trust, person: &Person, kind: LinkKind) -> String {
    let person = person.id;
    format!("/sign-in/link/{}", trust.act(move |act| identity::make_link(act, person, kind)))
}

/// Presses the button of a link's page.
fn presses(app: &App, link: &str, fields: &[(&str, &str)]) -> Page {
    let stranger = Browser::stranger(app);
    let page = stranger.opens(link);
    assert_eq!(page.status, 200, "{}", page.words());
    stranger.fills_in(&page, link, fields)
}

/// The browser that a sign-in leaves behind.
fn signed_in<'a>(app: &'a App, done: &Page) -> Browser<'a> {
    assert_eq!((done.status, done.location.as_deref()), (303, Some("/")), "{}", done.words());
    let cookie = done.sets(COOKIE).expect("a session").trim_start_matches("__Host-seamark=");
    Browser::with(app, cookie.split(';').next().unwrap())
}

fn is_in(browser: &Browser) -> bool {
    let page = browser.opens("/");
    if page.status == 303 {
        assert_eq!(page.location.as_deref(), Some("/sign-in"));
    }
    page.status == 200
}

fn sessions(trust: &Trust) -> Vec<(i64, i64, Option<i64>)> {
    use schema::sessions as s;
    trust.app.read(|conn| Ok(s::table.order(s::id).select((s::seen_at, s::ends_at, s::ended_at)).load(conn)?)).unwrap()
}

// ── links

#[test]
fn a_link_works_once_and_only_by_its_button() {
    let trust = Trust::new();
    let link = makes(&trust, &trust.priya, LinkKind::Letter);
    for _ in 0..3 {
        let page = Browser::stranger(&trust.app).opens(&link);
        assert!(page.says("Sign in as Priya Nair?") && page.sets(COOKIE).is_none(), "a mail scanner uses nothing up");
    }
    assert!(!Browser::stranger(&trust.app).opens(&link).words().contains(" checked"), "nothing is ticked beforehand");
    assert!(is_in(&signed_in(&trust.app, &presses(&trust.app, &link, &[]))));
    let again = Browser::stranger(&trust.app).opens(&link);
    assert!(again.says("This link has been used or is too old") && again.says("Send me a fresh link"));
    let stranger = Browser::stranger(&trust.app);
    let posted = stranger.posts(&link, &[]);
    assert!(posted.says("This link has been used or is too old") && posted.sets(COOKIE).is_none());
    assert_eq!(sessions(&trust).len(), 1);
}

#[test]
fn many_who_press_at_once_open_one_session() {
    let trust = Trust::new();
    let token = trust.act({
        let person = trust.priya.id;
        move |act| identity::make_link(act, person, LinkKind::Asked)
    });
    let opened: usize = std::thread::scope(|scope| {
        let presses: Vec<_> = (0..6)
            .map(|_| {
                let (app, token) = (&trust.app, token.clone());
                scope.spawn(move || {
                    let keyring = app.keyring.clone();
                    app.act(Actor::system(), move |act| identity::open_session(act, &keyring, &token, false))
                })
            })
            .collect();
        let opened = presses.into_iter().map(|press| press.join().unwrap().unwrap());
        opened.filter(|opening| matches!(opening, Opening::Opened { .. })).count()
    });
    assert_eq!((opened, sessions(&trust).len()), (1, 1));
}

#[test]
fn a_link_in_a_letter_holds_14_days_and_one_that_was_asked_for_15_minutes() {
    let trust = Trust::new();
    let made = trust.clock.now();
    for (kind, minutes) in [(LinkKind::Letter, 14 * 24 * 60), (LinkKind::Asked, 15), (LinkKind::Shell, 15)] {
        trust.clock.set(made);
        let (in_time, late) = (makes(&trust, &trust.priya, kind), makes(&trust, &trust.priya, kind));
        trust.clock.set(Instant(made.plus_minutes(minutes).0 - 1));
        signed_in(&trust.app, &presses(&trust.app, &in_time, &[]));
        trust.clock.set(made.plus_minutes(minutes));
        let page = Browser::stranger(&trust.app).opens(&late);
        assert!(page.says("This link has been used or is too old"), "{kind:?}");
        assert!(Browser::stranger(&trust.app).posts(&late, &[]).sets(COOKIE).is_none(), "{kind:?}");
    }
}

#[test]
fn a_spent_link_sends_a_fresh_one_to_the_same_person_at_a_press() {
    let trust = Trust::new();
    let link = makes(&trust, &trust.priya, LinkKind::Letter);
    presses(&trust.app, &link, &[]);
    let stranger = Browser::stranger(&trust.app);
    let spent = stranger.opens(&link);
    let fresh = link.replace("/link/", "/fresh/");
    let sent = stranger.fills_in(&spent, &fresh, &[]);
    assert!(sent.says("Look in your email") && !sent.says("priya@"), "it does not tell whose it was");
    let letters = trust.letters("sign-in");
    assert_eq!((letters.len(), letters[0].recipient.as_str()), (1, "priya@oak.example.sch.uk"));
    for _ in 0..4 {
        stranger.fills_in(&spent, &fresh, &[]);
    }
    assert_eq!(trust.letters("sign-in").len(), 3, "within the same limit");
}

#[test]
fn what_was_never_a_link_is_not_found() {
    let trust = Trust::new();
    let stranger = Browser::stranger(&trust.app);
    for token in ["x", &"A".repeat(43), "..%2F..", &"A".repeat(4000)] {
        assert_eq!(stranger.opens(&format!("/sign-in/link/{token}")).status, 404);
        assert_eq!(stranger.posts(&format!("/sign-in/link/{token}"), &[]).status, 404);
        assert_eq!(stranger.posts(&format!("/sign-in/fresh/{token}"), &[]).status, 404);
    }
}

#[test]
fn using_links_is_never_limited_by_address() {
    let trust = Trust::new();
    for _ in 0..40 {
        let link = makes(&trust, &trust.priya, LinkKind::Asked);
        assert_eq!(presses(&trust.app, &link, &[]).status, 303);
    }
}

// ── asking

fn asks(trust: &Trust, email: &str) -> Page {
    let stranger = Browser::stranger(&trust.app);
    stranger.fills_in(&stranger.opens("/sign-in"), "/sign-in", &[("email", email)])
}

/// The page without what is fresh each time.
fn said(page: &Page, email: &str) -> String {
    let words = page.words().replace(email, "EMAIL");
    let nonce = words.split("nonce=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    nonce.map_or(words.clone(), |nonce| words.replace(&nonce, "NONCE"))
}

#[test]
fn one_may_ask_three_times_an_hour_and_the_page_never_tells_who_is_known() {
    let trust = Trust::new();
    let (known, unknown) = ("priya@oak.example.sch.uk", "nobody@oak.example.sch.uk");
    let pages: Vec<(Page, Page)> = (0..5).map(|_| (asks(&trust, known), asks(&trust, unknown))).collect();
    let first = said(&pages[0].0, known);
    assert!(first.contains("we send at most three links in an hour"), "said kindly, and to everybody");
    for (of_known, of_unknown) in &pages {
        assert_eq!((of_known.status, of_unknown.status), (200, 200));
        assert_eq!(said(of_known, known), first);
        assert_eq!(said(of_unknown, unknown), first);
    }
    assert_eq!(trust.letters("sign-in").len(), 3);
    trust.it_is("2026-09-15", "10:14");
    asks(&trust, "  PRIYA@Oak.example.sch.uk ");
    assert_eq!(trust.letters("sign-in").len(), 4, "an hour later, and however it is written");
}

#[test]
fn the_whole_trust_may_ask_2000_times_an_hour() {
    let trust = Trust::new();
    trust.act(|act| {
        use schema::link_askings as a;
        for number in 0..TRUST_ASKINGS_AN_HOUR - 1 {
            let row = (a::address_hash.eq(number.to_be_bytes().to_vec()), a::asked_at.eq(act.now.0));
            each_backend!(act.conn, |c| diesel::insert_into(a::table).values(row).execute(c))?;
        }
        Ok(())
    });
    asks(&trust, "priya@oak.example.sch.uk");
    asks(&trust, "helen@oak.example.sch.uk");
    assert_eq!(trust.letters("sign-in").len(), 1);
    trust.it_is("2026-09-15", "10:15");
    asks(&trust, "helen@oak.example.sch.uk");
    assert_eq!(trust.letters("sign-in").len(), 2);
}

#[test]
fn what_is_no_address_is_said_at_the_field_and_stays_there() {
    let trust = Trust::new();
    let again = asks(&trust, "priya at oak");
    assert_eq!(again.status, 422);
    assert!(again.says("Enter an email address, such as") && again.says("value=\"priya at oak\""));
}

// ── how long a session holds

/// Opens a session that way; gives it and the minutes that it may be idle and may last.
fn kinds_of_session(trust: &Trust) -> Vec<(&'static str, Browser<'_>, i64, i64)> {
    let manages = |trust: &Trust| {
        let (priya, mo) = (trust.priya.clone(), trust.mo.id);
        trust.act(move |act| {
            let record = people::posts_of(act.conn, &[priya.id])?.remove(0);
            let new = NewPost { manager: Some(mo), ..NewPost::from(&record) };
            people::correct_post(act, &priya, record.post.id, &new).map(|_| ())
        });
    };
    let open = |person: &Person, kind, fields: &[(&str, &str)]| {
        signed_in(&trust.app, &presses(&trust.app, &makes(trust, person, kind), fields))
    };
    let shared = [("shared", "yes")];
    let mut kinds = vec![
        ("staff", open(&trust.priya, LinkKind::Asked, &[]), 120, 12 * 60),
        ("HR", open(&trust.helen, LinkKind::Asked, &[]), 30, 8 * 60),
        ("HR by a reminder's link", open(&trust.helen, LinkKind::Letter, &[]), 120, 12 * 60),
        ("staff at a shared computer", open(&trust.priya, LinkKind::Asked, &shared), 10, 60),
        ("HR at a shared computer", open(&trust.helen, LinkKind::Asked, &shared), 10, 60),
    ];
    let grant = trust.app.read(identity::grants).unwrap().into_iter().find(|one| one.person == trust.mo.id).unwrap();
    trust.act(move |act| identity::end_grant(act, grant.id));
    manages(trust);
    kinds.push(("a manager", open(&trust.mo, LinkKind::Asked, &[]), 30, 8 * 60));
    for role in [AccessRole::Governor, AccessRole::Administrator, AccessRole::Auditor] {
        let (mo, today) = (trust.mo.clone(), trust.clock.now().day());
        trust.act(move |act| identity::grant(act, &mo, role, None, today, None).map(|_| ()));
        kinds.push((role.as_str(), open(&trust.mo, LinkKind::Asked, &[]), 30, 8 * 60));
    }
    kinds
}

#[test]
fn a_session_ends_after_its_idle_time_and_at_its_end_by_role_and_computer() {
    let trust = Trust::new();
    let opened = trust.clock.now();
    let kinds = kinds_of_session(&trust);
    let live: Vec<_> = kinds.iter().filter(|(_, browser, ..)| is_in(browser)).collect();
    assert_eq!(live.len(), kinds.len() - 3, "each new role ended Mo's session before it");
    for (who, browser, idle, absolute) in live {
        trust.clock.set(Instant(opened.plus_minutes(*idle).0 - 1));
        assert!(is_in(browser), "{who}, idle for less than {idle} minutes");
        let mut seen = trust.clock.now();
        // Clicks now and then until just before the end.
        while seen.plus_minutes(idle - 1) < opened.plus_minutes(*absolute) {
            seen = seen.plus_minutes(idle - 1);
            trust.clock.set(seen);
            assert!(is_in(browser), "{who}, {} minutes after they came", (seen.0 - opened.0) / 60_000);
        }
        trust.clock.set(Instant(opened.plus_minutes(*absolute).0 - 1000));
        assert!(is_in(browser), "{who}, a second before the end");
        trust.clock.set(opened.plus_minutes(*absolute));
        assert!(!is_in(browser), "{who}, after {absolute} minutes");
    }
    trust.clock.set(opened);
}

#[test]
fn whoever_does_nothing_for_their_idle_time_is_signed_out() {
    for (shared, role, idle) in [(false, false, 120), (false, true, 30), (true, false, 10), (true, true, 10)] {
        let trust = Trust::new();
        let person = if role { &trust.helen } else { &trust.priya };
        let fields: &[(&str, &str)] = if shared { &[("shared", "yes")] } else { &[] };
        let browser = signed_in(&trust.app, &presses(&trust.app, &makes(&trust, person, LinkKind::Asked), fields));
        trust.clock.set(trust.clock.now().plus_minutes(idle));
        assert!(!is_in(&browser), "shared {shared}, role {role}");
    }
}

#[test]
fn the_last_click_is_written_at_most_once_a_minute() {
    let trust = Trust::new();
    let browser = trust.browser(&trust.priya);
    let opened = trust.clock.now();
    let seen = || Instant(sessions(&trust)[0].0);
    for (seconds, wanted) in [(0, 0), (59, 0), (60, 60), (90, 60), (119, 60), (120, 120)] {
        trust.clock.set(Instant(opened.0 + seconds * 1000));
        assert!(is_in(&browser));
        assert_eq!(seen(), Instant(opened.0 + wanted * 1000), "after {seconds} seconds");
    }
}

#[test]
fn a_new_role_ends_the_sessions_that_were_open_and_so_does_taking_one_back() {
    let trust = Trust::new();
    let browser = trust.browser(&trust.priya);
    assert!(is_in(&browser));
    let (priya, today) = (trust.priya.clone(), trust.clock.now().day());
    let grant = trust.act(move |act| identity::grant(act, &priya, AccessRole::HR, None, today, None));
    assert!(!is_in(&browser));
    let again = trust.browser(&trust.priya);
    assert_eq!(again.opens("/overview").status, 200);
    trust.act(move |act| identity::end_grant(act, grant));
    assert!(!is_in(&again));
}

#[test]
fn a_role_rests_when_its_holders_last_post_has_ended_and_their_own_record_stays_theirs() {
    let trust = Trust::new();
    let helen = trust.helen.clone();
    let last_day = trust.clock.now().day();
    trust.act(move |act| people::leave(act, &helen, last_day));
    assert_eq!(trust.browser(&trust.helen).opens("/overview").status, 200, "on her last day");
    trust.it_is("2026-09-16", "09:00");
    let after = trust.browser(&trust.helen);
    assert_eq!((after.opens("/overview").status, after.opens("/chase").status), (404, 404));
    assert_eq!(after.opens("/certificates").status, 200);
}

// ── the cookie

#[test]
fn the_cookie_is_for_this_host_alone_and_goes_when_the_browser_closes() {
    let trust = Trust::new();
    let done = presses(&trust.app, &makes(&trust, &trust.priya, LinkKind::Asked), &[]);
    let set = done.sets(COOKIE).unwrap();
    for attribute in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
        assert!(set.contains(attribute), "{set}");
    }
    assert!(!set.contains("Domain") && !set.contains("Max-Age") && !set.contains("Expires"), "{set}");
    assert_eq!(done.header("cache-control"), Some("no-store"));
}

#[test]
fn a_cookie_that_was_tampered_with_is_nobodys() {
    let trust = Trust::new();
    let done = presses(&trust.app, &makes(&trust, &trust.priya, LinkKind::Asked), &[]);
    let cookie = done.sets(COOKIE).unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
    assert!(is_in(&Browser::with(&trust.app, &cookie)));
    let base64 = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let parts: Vec<&str> = cookie.split('.').collect();
    let claims: serde_json::Value = serde_json::from_slice(&base64.decode(parts[1]).unwrap()).unwrap();
    assert_eq!(claims.as_object().unwrap().len(), 4, "the session's id, no name: {claims}");
    let none = base64.encode(r#"{"typ":"session+jwt","alg":"none"}"#);
    let longer = base64.encode(claims.to_string().replace("\"exp\":1", "\"exp\":2"));
    let forged = [
        format!("{none}.{}.", parts[1]),
        format!("{}.{longer}.{}", parts[0], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], parts[2].chars().rev().collect::<String>()),
        format!("{cookie}x"),
        "x".repeat(5000),
        String::new(),
    ];
    for forged in forged {
        assert!(!is_in(&Browser::with(&trust.app, &forged)), "{forged}");
    }
}

#[test]
fn the_row_decides_and_not_the_cookie() {
    let trust = Trust::new();
    let browser = trust.browser(&trust.priya);
    trust.tampers("DELETE FROM sessions");
    assert!(!is_in(&browser));
}

// ── signing out

#[test]
fn signing_out_ends_the_session_at_once_and_empties_the_browser() {
    let trust = Trust::new();
    let browser = trust.browser(&trust.priya);
    let out = browser.fills_in(&browser.opens("/"), "/sign-out", &[]);
    assert_eq!(out.status, 200);
    assert!(out.says("You’re signed out") && !out.says("Priya"), "{}", out.words());
    assert_eq!(out.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert!(out.sets(COOKIE).unwrap().contains("Max-Age=0"));
    assert!(!is_in(&browser), "whoever kept the cookie has nothing");
    assert!(sessions(&trust)[0].2.is_some());
}

#[test]
fn signing_out_here_leaves_another_device_signed_in() {
    let trust = Trust::new();
    let (here, there) = (trust.browser(&trust.priya), trust.browser(&trust.priya));
    here.fills_in(&here.opens("/"), "/sign-out", &[]);
    assert!(!is_in(&here) && is_in(&there));
}

// ── a write that comes too late

const QUESTION: &str = "Does it count if I taught <them> at another school?\nThey were in year 11.";

/// Where one asks about a statement.
fn asks_about_a_statement(trust: &Trust) -> String {
    trust.does_what_comes_first(&trust.priya);
    format!("/attestations/{}/pupil-contact/question", crate::attestations_room::POLICY)
}

#[test]
fn a_write_after_the_sessions_end_shows_what_was_typed_and_how_to_carry_on() {
    let trust = Trust::new();
    let browser = trust.browser(&trust.priya);
    let address = asks_about_a_statement(&trust);
    let page = browser.opens(&address);
    assert_eq!(page.status, 200, "{}", page.words());
    trust.it_is("2026-09-15", "12:00");
    let refused = browser.fills_in(&page, &address, &[("question", QUESTION)]);
    assert_eq!(refused.status, 401);
    assert!(refused.says("You were signed out before we could save that"), "{}", refused.words());
    assert!(refused.says("Does it count if I taught &lt;them&gt; at another school?\nThey were in year 11."));
    assert!(refused.says("href=\"/sign-in\"") && refused.says(&format!("href=\"{address}\"")));
    assert_eq!(trust.letters("query-settled").len(), 0);
    let open = trust.assignment(&trust.priya, seamark::courses::Kind::Policy, crate::attestations_room::POLICY);
    assert!(!open.status(trust.clock.now()).standing.is_waiting(), "nothing was saved");
}

#[test]
fn whoever_has_signed_in_again_in_another_tab_loses_nothing_that_they_typed() {
    let trust = Trust::new();
    let before = trust.browser(&trust.priya);
    let address = asks_about_a_statement(&trust);
    let old_page = before.opens(&address);
    trust.it_is("2026-09-15", "12:00");
    let after = trust.browser(&trust.priya);
    let refused = after.fills_in(&old_page, &address, &[("question", QUESTION)]);
    assert_eq!(refused.status, 403);
    assert!(refused.says("You have signed in again since you opened that page."), "{}", refused.words());
    assert!(refused.says("They were in year 11.") && refused.says(&format!("href=\"{address}\"")));
    assert!(!refused.says("opens in a new tab"), "they are signed in");
    let fresh = after.fills_in(&after.opens(&address), &address, &[("question", QUESTION)]);
    assert_eq!(fresh.status, 303, "{}", fresh.words());
}

#[test]
fn the_way_back_from_a_late_write_leads_to_a_page_that_can_be_opened() {
    let trust = Trust::new();
    let helen = trust.browser(&trust.helen);
    let priya = trust.priya.id;
    let cases = [
        (format!("/people/{priya}/leave"), format!("/people/{priya}")),
        (format!("/people/{priya}/pause/apply"), format!("/people/{priya}/pause")),
        (format!("/people/{priya}/queries/4"), format!("/people/{priya}")),
        ("/chase/preview".to_owned(), "/chase".to_owned()),
        ("/requirements/3/apply".to_owned(), "/requirements".to_owned()),
        ("/calendar/spans/2026-term/apply".to_owned(), "/calendar".to_owned()),
        ("/reports".to_owned(), "/reports".to_owned()),
        ("/courses/data-protection/quiz/help".to_owned(), "/courses/data-protection/quiz".to_owned()),
        ("/sign-out".to_owned(), "/".to_owned()),
    ];
    for (write, back) in cases {
        let refused = Browser::stranger(&trust.app).posts(&write, &[("reason".into(), "as typed".into())]);
        assert_eq!(refused.status, 401, "{write}");
        assert!(
            refused.says("as typed") && refused.says(&format!("<a class=\"govuk-link\" href=\"{back}\">")),
            "{write}"
        );
        assert!(matches!(helen.opens(&back).status, 200 | 303), "{write}: {back}");
    }
}

#[test]
fn a_write_without_a_session_shows_no_page_of_a_route_that_is_not_there() {
    let trust = Trust::new();
    assert_eq!(Browser::stranger(&trust.app).posts("/sailing", &[]).status, 404);
}
