//! A folder of the trust's own courses, while people are at work: what is sound comes into use when somebody says so, what is
//! broken takes nothing away, and whom a change touches is said before it takes effect.

use std::fs;
use std::path::{Path, PathBuf};

use seamark::app::{App, covered};
use seamark::clock::Clock;
use seamark::courses::check::against_command;
use seamark::courses::files::Folder;
use seamark::courses::{self, Kind, LastSound, Library, Reader};
use seamark::doctor;
use seamark::evidence::Actor;
use seamark::evidence::verify::verify;
use seamark::identity;
use seamark::people::rules::{AccessRole, Urn, WorkEmail};
use seamark::people::{self, NewPerson};
use tempfile::TempDir;

use crate::house::at;
use crate::house::browser::Browser;
use crate::house::site::Site;

const SLUG: &str = "acceptable-use";
const BUILT_IN: &str = "Acceptable use of social media";
const OURS: &str = "Our own course";

/// A trust's own copy of one course.
pub struct Own(TempDir);

impl Own {
    pub fn new() -> Own {
        let own = Own(tempfile::tempdir().unwrap());
        let built_in = Folder::built_in().under(&format!("modules/{SLUG}"));
        for path in built_in.paths() {
            own.writes(path, std::str::from_utf8(built_in.bytes(path).unwrap()).unwrap());
        }
        own
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, path: &str) -> PathBuf {
        self.path().join("modules").join(SLUG).join(path)
    }

    fn writes(&self, path: &str, text: &str) {
        fs::create_dir_all(self.file(path).parent().unwrap()).unwrap();
        fs::write(self.file(path), text).unwrap();
    }

    pub fn changes(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.file(path)).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        self.writes(path, &text.replacen(from, to, 1));
    }

    pub fn owns_up(&self, kind: &str) {
        let change = format!("date = 2026-11-24\nkind = \"{kind}\"\nwhat = \"Plainer words\"\n");
        self.changes("course.toml", "[[change]]\n", &format!("[[change]]\n{change}\n[[change]]\n"));
    }

    /// Another title than the built-in one's.
    pub fn is_renamed(&self) {
        self.changes("course.toml", BUILT_IN, OURS);
    }
}

fn reloads(site: &Site) -> Vec<String> {
    let library = site.app.reload(Actor::system()).unwrap();
    library.complaints.iter().map(ToString::to_string).collect()
}

fn title(app: &App) -> String {
    app.library().course(SLUG).unwrap().title.clone()
}

/// The program as it is after a restart, on the same database and folder.
fn restarted(site: &Site) -> App {
    let app = App::build(site.app.desk.config.clone(), Clock::set_at(site.clock.now())).unwrap();
    app.reload(Actor::system()).unwrap();
    app
}

#[test]
fn a_course_of_the_trusts_own_comes_into_use_without_a_restart() {
    let own = Own::new();
    let site = Site::with_courses(own.path());
    assert_eq!(reloads(&site), [""; 0]);
    own.is_renamed();
    own.owns_up("correction");
    assert_eq!(title(&site.app), BUILT_IN, "not before somebody says so");
    assert_eq!(reloads(&site), [""; 0]);
    assert_eq!(title(&site.app), OURS);
    assert_eq!(Browser::stranger(&site.app).opens("/help").status, 200);
}

#[test]
fn a_broken_folder_leaves_the_trusts_own_last_sound_version_in_use_also_after_a_restart() {
    let own = Own::new();
    own.is_renamed();
    own.owns_up("correction");
    let site = Site::with_courses(own.path());
    assert_eq!(reloads(&site), [""; 0]);
    let version = site.app.library().version(Kind::Course, SLUG);

    own.changes("quiz.toml", "right = [", "rigth = [");
    let complaints = reloads(&site);
    assert_eq!(complaints.len(), 1, "nothing else is blamed: {complaints:?}");
    assert!(complaints[0].starts_with("modules/acceptable-use/quiz.toml:"), "{complaints:?}");
    assert_eq!(title(&site.app), OURS);

    let app = restarted(&site);
    assert_eq!(app.library().version(Kind::Course, SLUG), version, "and not the built-in one");
    fs::remove_dir_all(own.path()).unwrap();
    assert_eq!(restarted(&site).library().version(Kind::Course, SLUG), version, "nor without the folder");
    assert_eq!(reloads(&site).len(), 1);

    let findings: Vec<String> = doctor::examine(&site.app.desk.config).iter().map(ToString::to_string).collect();
    let said = findings.iter().find(|finding| finding.contains("courses:")).unwrap();
    assert!(said.starts_with("✗") && said.contains("could not be read"), "{said}");
}

#[test]
fn an_edit_that_no_new_change_owns_up_to_is_not_taken_into_use() {
    let own = Own::new();
    let site = Site::with_courses(own.path());
    reloads(&site);
    own.is_renamed();
    assert!(reloads(&site)[0].contains("no new [[change]]"));
    assert_eq!(title(&site.app), BUILT_IN);

    // Putting an old change's words right is no new change.
    own.changes("course.toml", "what = \"First edition\"", "what = \"The first edition\"");
    assert!(reloads(&site)[0].contains("no new [[change]]"));

    own.owns_up("notify");
    assert_eq!(reloads(&site), [""; 0]);
    own.changes("course.toml", OURS, BUILT_IN);
    assert!(reloads(&site)[0].contains("no new [[change]]"), "against what is in use now, and not the built-in one");
    assert_eq!(title(&site.app), OURS);
}

#[test]
fn a_command_beside_the_server_takes_nothing_into_use_by_looking() {
    let own = Own::new();
    let site = Site::with_courses(own.path());
    reloads(&site);
    own.is_renamed();
    own.owns_up("retake");
    let beside = App::build(site.app.desk.config.clone(), Clock::set_at(site.clock.now())).unwrap();
    assert_eq!(title(&beside), BUILT_IN);
    assert_eq!(site.read(seamark::courses::openings), []);
    reloads(&site);
    assert_eq!(site.read(seamark::courses::openings).len(), 1);
}

#[test]
fn a_folder_may_go_back_to_a_version_that_people_have_seen() {
    let own = Own::new();
    let site = Site::with_courses(own.path());
    reloads(&site);
    let built_in = site.app.library().version(Kind::Course, SLUG);
    own.is_renamed();
    own.owns_up("correction");
    reloads(&site);
    assert_ne!(site.app.library().version(Kind::Course, SLUG), built_in);
    fs::remove_dir_all(own.path().join("modules")).unwrap();
    assert_eq!(reloads(&site), [""; 0]);
    assert_eq!(site.app.library().version(Kind::Course, SLUG), built_in);
    let last = site.read(LastSound::read);
    assert_eq!(Library::load_after(None, &last).1, []);
}

#[test]
fn a_broken_glossary_takes_no_course_with_it() {
    let own = tempfile::tempdir().unwrap();
    fs::write(own.path().join("glossary.toml"), "[breach\nmeans =").unwrap();
    let (library, complaints) = Library::load(Some(own.path()));
    assert!(complaints.len() == 1 && complaints[0].file == "glossary.toml", "{complaints:?}");
    assert!(library.glossary.means("breach").is_some());
}

#[test]
fn whom_a_change_would_touch_is_said_before_it_takes_effect() {
    for (kind, says) in [
        ("correction", "nobody is told"),
        ("notify", "read what changed when they next come back"),
        ("retake", "takes it again"),
    ] {
        let (before, after) = (Own::new(), Own::new());
        after.is_renamed();
        let (said, sound) = against_command(Some(after.path()), before.path());
        assert!(!sound && said.contains("no new [[change]]"), "{said}");
        after.owns_up(kind);
        let (said, sound) = against_command(Some(after.path()), before.path());
        assert!(sound && said.contains(says) && said.contains(&format!("2026-11-24 {kind}: Plainer words")), "{said}");
    }
    let (one, other) = (Own::new(), Own::new());
    assert_eq!(against_command(Some(one.path()), other.path()), ("Nothing is different.\n".to_owned(), true));
}

// ── the administrator's page

const IRIS: &str = "iris.bell@saltmarsh.example";

/// A trust whose administrator is Iris.
fn administered(own: &Own) -> Site {
    let site = Site::with_courses(own.path());
    site.act(|act| {
        let school = people::add_school(act, &Urn::parse("100001").unwrap(), "Fairhaven Primary")?;
        let new = NewPerson {
            forename: "Iris".to_owned(),
            surname: "Bell".to_owned(),
            work_email: Some(WorkEmail::parse(IRIS).unwrap()),
            ..NewPerson::default()
        };
        let iris = people::add_person(act, &new)?;
        let today = act.now.day();
        identity::grant(act, &iris, AccessRole::Administrator, None, today, None)?;
        people::set_card(act, Some(school), "dsl", "Jo Marsh")
    });
    reloads(&site);
    site
}

#[test]
fn the_administrator_sees_what_a_change_would_do_and_takes_it_into_use() {
    let own = Own::new();
    let site = administered(&own);
    let iris = site.as_person(IRIS);
    assert!(iris.opens("/settings").says("/settings/content"));
    assert!(iris.opens("/settings/content").says("Nothing in the folder differs"));

    own.is_renamed();
    assert!(iris.opens("/settings/content").says("no new [[change]] says how"));
    own.owns_up("retake");
    let page = iris.opens("/settings/content");
    assert!(page.says("Everybody who is asked for it takes it again.") && page.says("Plainer words"));
    assert_eq!(title(&site.app), BUILT_IN);

    let done = iris.fills_in(&page, "/settings/content/reload", &[]);
    assert_eq!(done.location.as_deref(), Some("/settings/content"));
    assert_eq!(title(&site.app), OURS);
    assert!(iris.opens("/settings/content").says("Nothing in the folder differs"));

    own.changes("quiz.toml", "right = [", "rigth = [");
    let done = iris.fills_in(&page, "/settings/content/reload", &[]);
    let page = iris.follows(&done);
    assert!(iris.opens("/settings").says("1 complaint about your courses: what was sound stays in use"));
    assert!(page.says("Something is broken.") && page.says("quiz.toml:") && page.says("Broken file"));
    assert_eq!(title(&site.app), OURS);
}

#[test]
fn who_signed_off_a_version_is_recorded_once_and_a_new_version_needs_another() {
    let own = Own::new();
    let site = administered(&own);
    site.clock.set(at("2026-12-01", "09:14"));
    let iris = site.as_person(IRIS);
    let page = iris.opens("/settings/content");
    let said = [("what", "modules/acceptable-use"), ("reader", "safeguarding"), ("email", IRIS), ("day", "24/11/2026")];
    let done = iris.fills_in(&page, "/settings/content/sign-offs", &said);
    assert!(iris.follows(&done).says("Iris Bell, 24 November 2026"));
    iris.fills_in(&iris.opens("/settings/content"), "/settings/content/sign-offs", &said);
    let sign_offs = site.read(courses::sign_offs);
    assert_eq!(sign_offs.len(), 1);
    assert_eq!(sign_offs[0].version, site.app.library().version(Kind::Course, SLUG).unwrap());
    let key = site.app.evidence_key.signing_key().verifying_key();
    assert_eq!(site.read(|conn| verify(conn, &key, &covered())).complaints, [""; 0]);

    let wrong = [("what", "modules/nothing"), ("reader", "nobody"), ("email", "who@saltmarsh.example"), ("day", "")];
    let again = iris.fills_in(&page, "/settings/content/sign-offs", &wrong);
    assert!(again.status == 422 && again.says("Choose what was read"));

    let on = |day: &'static str| {
        let said = [("what", "modules/acceptable-use"), ("reader", "safeguarding"), ("email", IRIS), ("day", day)];
        iris.fills_in(&iris.opens("/settings/content"), "/settings/content/sign-offs", &said)
    };
    assert!(iris.follows(&on("30/11/2026")).says("Iris Bell, 30 November 2026"), "the newest shows");
    let before = on("23/11/2026");
    assert!(before.status == 422 && before.says("This version is of 24 November 2026: choose that day or a later one"));
    let after = on("02/12/2026");
    assert!(after.status == 422 && after.says("Choose today, or a day that is past"));
    assert_eq!(site.read(courses::sign_offs).len(), 2, "both are kept");

    own.is_renamed();
    own.owns_up("correction");
    reloads(&site);
    assert!(!iris.opens("/settings/content").says("Iris Bell, "));
}

#[test]
fn the_three_readers_have_one_page_of_what_is_theirs() {
    let own = Own::new();
    let site = administered(&own);
    let iris = site.as_person(IRIS);
    let page = iris.opens("/settings/content/passages");
    assert!(page.says("Safeguarding lead") && page.says("/policies/social-media-policy#P29"));
    assert!(iris.opens("/settings/content/passages?print").status == 200);
    assert!(!page.says("href=\"/attestations/"), "the page for signing is everybody’s own");
    let trace = iris.opens("/settings/content/trace");
    assert!(trace.says("Pupils and former pupils") && !trace.says("acceptable-use/") && !trace.says("all-staff: "));
    let library = site.app.library();
    for reader in Reader::ALL {
        assert!(courses::passages(&library, reader).len() > 5, "{reader:?}");
    }
}
