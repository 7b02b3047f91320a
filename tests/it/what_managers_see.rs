//! A line manager cannot tell who declared a connection: two people who differ in nothing else read alike everywhere.

use seamark::assignments::{self, Completion, Means};
use seamark::attestations::rules::Outcome;
use seamark::attestations::{self, Closing, Connection, NotYet};
use seamark::certificates;
use seamark::clock::Day;
use seamark::courses::Kind;
use seamark::evidence::Draft;

use crate::people_pages::{COURSES, Trust, day};

const POLICY: &str = "social-media-policy";

/// Opal and Iris have the same post, the same manager, and do everything at the same moments; only Iris declares a connection.
const OPAL: &str = "Opal";
const IRIS: &str = "Iris";

/// Ana's team of the two, on the day on which they sign.
fn a_team_that_signs(on: &str) -> Trust {
    let mut trust = Trust::new();
    trust.it_is("2026-09-10", "09:00");
    for name in [OPAL, IRIS] {
        trust.lists(name, "Reed", trust.oak, "Teacher");
        trust.answers_to(name, "Ana");
    }
    trust.it_is(on, "10:00");
    for name in [OPAL, IRIS] {
        COURSES.into_iter().chain(["privacy-check"]).for_each(|slug| trust.does(name, slug));
    }
    declares_a_connection(&trust, IRIS, None);
    signs(&trust, OPAL, false);
    signs(&trust, IRIS, true);
    trust.it_is("2026-11-24", "09:14");
    trust
}

fn declares_a_connection(trust: &Trust, name: &str, review_day: Option<Day>) {
    let (person, library) = (trust.person(name), trust.app.library());
    trust.act(move |act| {
        let declared = NotYet::Connection(Connection::Relative);
        let query = attestations::open_query(act, &library, &person, POLICY, "pupil-contact", &declared)?;
        let closing = Closing::ConnectionRecorded { outcome: Outcome::NoAction, review_day };
        attestations::close_query(act, &library, &person, query, &closing)
    });
}

fn signs(trust: &Trust, name: &str, connection_recorded: bool) {
    let (person, key) = (trust.person(name), trust.app.certificate_key.clone());
    trust.act(move |act| {
        let assignment = assignments::assignment_for(act.conn, person.id, Kind::Policy, POLICY, act.now)?;
        let content_version = "7c1e90ab44d01f7e".to_owned();
        let completion = Completion { means: Means::Attestation, content_version, at: act.now, connection_recorded };
        let completed = assignments::complete(act, assignment.id, &completion)?;
        let entry = completed.in_entry(Draft::new("done")?)?;
        act.record(entry);
        certificates::after_completion(act, &key, assignment.id, POLICY, Some(20)).map(|_| ())
    });
}

/// All that Ana reads of somebody: their own page, and their lines of every list and file, without name and number.
fn all_that_ana_sees(trust: &Trust, name: &str) -> Vec<String> {
    let (ana, person) = (trust.browser("Ana"), trust.person(name));
    let mut seen = vec![ana.opens(&trust.page_of(name)).words()];
    let mut lists = vec!["/people".to_owned(), "/people.csv".to_owned()];
    lists.extend(
        ["up-to-date", "overdue", "on-the-way", "due-soon", "not-counted"].map(|s| format!("/people?status={s}")),
    );
    lists.extend(
        COURSES.into_iter().chain([POLICY]).map(|slug| format!("/people?requirement={slug}&status=up-to-date")),
    );
    for list in lists {
        let page = ana.opens(&list);
        assert_eq!(page.status, 200, "{list}");
        let words = page.words();
        let of_them = words.lines().filter(|line| line.contains(name)).collect::<Vec<_>>().join("\n");
        assert!(!of_them.is_empty() || list.contains('?'), "{list} names nobody");
        seen.push(of_them);
    }
    seen.into_iter().map(|text| without_who(&text, name, person.id)).collect()
}

fn without_who(text: &str, name: &str, person: i64) -> String {
    let text = text.replace(&format!("/people/{person}"), "/people/N").replace(name, "NAME");
    // What every page draws anew for itself.
    let lines = text.lines().filter(|line| !line.contains("name=\"token\"") && !line.contains("name=\"once\""));
    lines.collect::<Vec<_>>().join("\n").replace(&name.to_lowercase(), "name")
}

fn read_alike(on: &str, words: &str) {
    let trust = a_team_that_signs(on);
    let (opal, iris) = (all_that_ana_sees(&trust, OPAL), all_that_ana_sees(&trust, IRIS));
    assert!(opal[0].contains(words), "{words}");
    for (place, (of_opal, of_iris)) in opal.iter().zip(&iris).enumerate() {
        assert_eq!(of_opal, of_iris, "in place {place}");
    }
    let hr = trust.browser("Tess").opens(&trust.page_of(IRIS));
    assert!(hr.says("Connection recorded"), "HR know of it");
}

#[test]
fn who_declared_a_connection_reads_like_everybody_else_who_was_in_time() {
    read_alike("2026-10-08", "Completed on 8 October 2026.");
}

#[test]
fn who_declared_a_connection_reads_like_everybody_else_who_was_late() {
    read_alike("2026-11-03", "Completed on 3 November 2026, after the due day, 2 November.");
}

#[test]
fn hr_who_may_read_of_an_arrangement_are_reminded_to_look_at_it_again_and_nobody_else_is() {
    let trust = a_team_that_signs("2026-10-08");
    let shown = |name: &str| trust.browser(name).opens("/overview");
    assert!(!shown("Tess").says("to look at again"), "there is none yet");
    for (name, on) in [("Ben", "2027-01-12"), ("Sam", "2027-02-09")] {
        COURSES.into_iter().chain(["privacy-check"]).for_each(|slug| trust.does(name, slug));
        declares_a_connection(&trust, name, Some(day(on)));
    }
    for name in ["Tess", "Helen"] {
        assert!(shown(name).says("2 arrangements to look at again, the next on 12 January 2027."), "{name}");
        let page = trust.browser(name).opens(&trust.page_of("Ben"));
        assert!(page.says("To look at again") && page.says("12 January 2027") && page.says("No action"), "{name}");
    }
    // Sam’s main post is at Oak: what he declares is not for Elm to read.
    assert!(!shown("Mo").says("to look at again"));
    assert!(!trust.browser("Mo").opens(&trust.page_of("Sam")).says("To look at again"));
    assert!(!trust.browser("Ana").opens(&trust.page_of("Ben")).says("To look at again"));
    trust.it_is("2027-01-12", "09:14");
    assert!(shown("Tess").says("2 arrangements to look at again, 1 of them now."));
}
