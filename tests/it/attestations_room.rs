//! Signing: what comes first, what each statement needs, what happens to a question, and what is proved afterwards.

use std::collections::BTreeMap;

use diesel::prelude::*;
use seamark::act::Act;
use seamark::app::{App, covered};
use seamark::assignments::rules::Standing;
use seamark::assignments::{self, Assignment, Completion, Means, Whom};
use seamark::attestations::rules::{self, looks_like_a_worry};
use seamark::attestations::{self, Closing, Connection, NotYet, Outcome, Question, Signed, Ticks, Typed};
use seamark::clock::{Clock, Day, Instant};
use seamark::config::Config;
use seamark::courses::files::Folder;
use seamark::courses::{self, Kind, Library};
use seamark::db::WriterOptions;
use seamark::each_backend;
use seamark::evidence::verify::verify;
use seamark::evidence::{Actor, Draft};
use seamark::identity;
use seamark::mail::outbox;
use seamark::people::rules::{AccessRole, PostFlags, RoleGroup, Urn, WorkEmail};
use seamark::people::{self, NewPerson, NewPost, Person};
use seamark::problem::{Problem, Result};
use seamark::schema;
use seamark::settings;

use crate::house::browser::{Browser, Page, attribute};
use crate::house::{ADDRESS, Home, ORIGIN, TRUST, at};

pub const POLICY: &str = "social-media-policy";
const SIGN: &str = "/attestations/social-media-policy";
const PUPIL_CONTACT: &str = "pupil-contact";

/// A trust of two schools that asks the usual seven things. Priya teaches at Oak; Helen is HR there, Mo is HR at Elm.
pub struct Trust {
    pub app: App,
    pub clock: Clock,
    pub priya: Person,
    pub helen: Person,
    pub mo: Person,
    _home: Home,
}

impl Trust {
    pub fn new() -> Trust {
        Trust::on(Home::new())
    }

    fn on(home: Home) -> Trust {
        let clock = Clock::set_at(at("2026-09-15", "09:14"));
        let app = build(&home, &clock, None);
        let setup = app.library();
        let schools = app.act(Actor::system(), move |act| {
            let seeds = [(settings::TRUST_NAME, TRUST), (settings::LOG_ORIGIN, ORIGIN), (settings::ADDRESS, ADDRESS)];
            for (name, value) in seeds {
                settings::write(act.conn, act.now, None, name, value)?;
            }
            courses::store_contents(act, &setup)?;
            assignments::programme(act, &setup.programme, day("2025-09-01"))?;
            let oak = people::add_school(act, &Urn::parse("123456").unwrap(), "Oak Primary")?;
            Ok([oak, people::add_school(act, &Urn::parse("654321").unwrap(), "Elm Academy")?])
        });
        let [oak, elm] = schools.unwrap();
        seamark::app::read_house(&app.desk).unwrap();
        let listed = |name: &'static str, school: i64, role: Option<AccessRole>| {
            app.act(Actor::system(), move |act| list(act, name, school, role)).unwrap()
        };
        let priya = listed("Priya", oak, None);
        let helen = listed("Helen", oak, Some(AccessRole::HR));
        let mo = listed("Mo", elm, Some(AccessRole::HR));
        Trust { priya, helen, mo, app, clock, _home: home }
    }

    pub fn act<T: Send + 'static>(&self, verb: impl Fn(&mut Act) -> Result<T> + Send + 'static) -> T {
        self.app.act(Actor::system(), verb).unwrap()
    }

    pub fn it_is(&self, day: &str, time: &str) {
        self.clock.set(at(day, time));
    }

    /// The program with other content in use: what a trust's own folder may bring.
    fn with_policy(&mut self, policy_toml: &str) {
        let built_in = Folder::built_in().under(&format!("policies/{POLICY}"));
        let own = |path: &str| format!("policies/{POLICY}/{path}");
        let text = |path: &str| String::from_utf8(built_in.bytes(path).unwrap().to_vec()).unwrap();
        let mut files: Vec<(String, String)> = built_in.paths().map(|path| (own(path), text(path))).collect();
        files.push((own("policy.toml"), policy_toml.to_owned()));
        self.with_files(&files);
    }

    /// The same, with these files laid over what is built in.
    pub fn with_files(&mut self, files: &[(String, String)]) {
        let folder = self._home.folder().join("courses");
        for (path, text) in files {
            let file = folder.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let (library, complaints) = Library::load(Some(&folder));
        assert!(complaints.is_empty(), "{complaints:?}");
        self.app = build(&self._home, &self.clock, Some(folder.to_str().unwrap()));
        drop(library);
        self.app.reload(Actor::system()).unwrap();
    }

    pub fn assignment(&self, person: &Person, kind: Kind, slug: &str) -> Assignment {
        let now = self.clock.now();
        self.app
            .read(|conn| {
                let mut found = assignments::assignment_for(conn, person.id, kind, slug, now)?;
                attestations::add_queries(conn, Whom::People(&[person.id]), [&mut found])?;
                Ok(found)
            })
            .unwrap()
    }

    pub fn standing(&self, person: &Person, instant: Instant) -> Standing {
        self.assignment(person, Kind::Policy, POLICY).status(instant).standing
    }

    /// Passes every course and finishes the self-check.
    pub fn does_what_comes_first(&self, person: &Person) {
        self.does(person, |one| one.kind != Kind::Policy);
    }

    fn does(&self, person: &Person, wanted: fn(&Assignment) -> bool) {
        let (now, person) = (self.clock.now(), person.id);
        let training = self.app.read(|conn| assignments::my_training(conn, person, now)).unwrap();
        for one in training.into_iter().filter(wanted).filter(|one| !one.is_complete(now)) {
            self.act(move |act| {
                let means = if one.kind == Kind::Course { Means::PassedAttempt } else { Means::SelfCheck };
                let version = "seen".to_owned();
                let completion =
                    Completion { means, content_version: version, at: act.now, connection_recorded: false };
                let completed = assignments::complete(act, one.id, &completion)?;
                let entry = completed.in_entry(Draft::new("done")?)?;
                act.record(entry);
                Ok(())
            });
        }
    }

    fn statements(&self) -> Vec<String> {
        let policy = self.app.library().policy(POLICY).unwrap();
        policy.statement_sets.iter().flat_map(|set| &set.statements).map(|statement| statement.id.clone()).collect()
    }

    pub fn version(&self) -> String {
        self.app.library().policy(POLICY).unwrap().version.clone()
    }

    fn signs(&self, person: &Person) -> Result<Signed> {
        self.signs_all_but(person, &[])
    }

    fn signs_all_but(&self, person: &Person, left_out: &[&str]) -> Result<Signed> {
        let statements = self.statements().into_iter().filter(|id| !left_out.contains(&id.as_str())).collect();
        let ticks = Ticks { version: self.version(), statements };
        let (library, key, person) = (self.app.library(), self.app.certificate_key.clone(), person.clone());
        let sign = move |act: &mut Act| attestations::sign(act, &library, &key, &person, POLICY, &ticks);
        self.app.act(Actor::system(), sign)
    }

    fn says(&self, person: &Person, statement: &'static str, why: NotYet) -> Result<i64> {
        let (library, person) = (self.app.library(), person.clone());
        let open = move |act: &mut Act| attestations::open_query(act, &library, &person, POLICY, statement, &why);
        self.app.act(Actor::system(), open)
    }

    fn closes(&self, person: &Person, query: i64, closing: Closing) -> Result<()> {
        let (library, person) = (self.app.library(), person.clone());
        let close = move |act: &mut Act| attestations::close_query(act, &library, &person, query, &closing);
        self.app.act(Actor::system(), close)
    }

    pub fn browser(&self, person: &Person) -> Browser<'_> {
        Browser::of(&self.app, person.id)
    }

    pub fn letters(&self, kind: &str) -> Vec<outbox::Row> {
        let all = self.app.read(|conn| outbox::newest(conn, 100)).unwrap();
        all.into_iter().filter(|letter| letter.kind == kind).collect()
    }

    /// What a kind of entry says of its acts, oldest first.
    pub fn entries(&self, kind: &str) -> Vec<serde_json::Value> {
        use schema::evidence_entries as e;
        let acts: Vec<Option<Vec<u8>>> = self
            .app
            .read(|conn| Ok(e::table.filter(e::kind.eq(kind)).order(e::position).select(e::act).load(conn)?))
            .unwrap();
        acts.into_iter().map(|act| serde_json::from_slice(&act.unwrap()).unwrap()).collect()
    }

    pub fn complaints(&self) -> Vec<String> {
        let key = self.app.evidence_key.signing_key().verifying_key();
        self.app.read(|conn| verify(conn, &key, &covered())).unwrap().complaints
    }

    pub fn tampers(&self, statement: &'static str) {
        use diesel::connection::SimpleConnection;
        let changed =
            self.app.desk.database.write(move |conn| Ok(each_backend!(conn, |c| c.batch_execute(statement))?));
        changed.unwrap();
    }

    fn rows_of(&self, table: &'static str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            rows: i64,
        }
        let counted = self.app.read(|conn| {
            let query = diesel::sql_query(format!("SELECT COUNT(*) AS rows FROM {table}"));
            let found: Vec<Count> = each_backend!(conn, |c| query.load(c))?;
            Ok(found[0].rows)
        });
        counted.unwrap()
    }
}

fn build(home: &Home, clock: &Clock, courses: Option<&str>) -> App {
    let mut said = BTreeMap::from([("SEAMARK_DATA".to_owned(), home.folder().to_str().unwrap().to_owned())]);
    said.extend(courses.map(|folder| ("SEAMARK_COURSES".to_owned(), folder.to_owned())));
    let mut config = Config::read("", &said).unwrap();
    config.database = home.target.clone();
    App::build_with(config, clock.clone(), WriterOptions::default(), None).unwrap()
}

fn list(act: &mut Act, forename: &str, school: i64, role: Option<AccessRole>) -> Result<Person> {
    let email = WorkEmail::parse(&format!("{}@oak.example.sch.uk", forename.to_lowercase())).unwrap();
    let new = NewPerson {
        forename: forename.into(),
        surname: "Nair".into(),
        work_email: Some(email),
        ..NewPerson::default()
    };
    let post = NewPost {
        school,
        job_title: "Teacher".into(),
        role_group: RoleGroup::Teacher,
        employment_type: String::new(),
        fte_basis_points: None,
        term_time_only: None,
        flags: PostFlags::default(),
        from: day("2020-09-01"),
        until: None,
        manager: None,
        manager_named: None,
    };
    let person = people::add_person(act, &new)?;
    people::add_post(act, &person, &post)?;
    assignments::reconcile(act, &[person.id])?;
    if let Some(role) = role {
        identity::grant(act, &person, role, Some(school), day("2026-09-01"), None)?;
    }
    Ok(person)
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn question(words: &str) -> NotYet {
    let Typed::Question(question) = Question::read(words, false) else { panic!("‘{words}’ is no question") };
    NotYet::Question(question)
}

// ── when signing opens

#[test]
fn signing_opens_when_the_courses_and_the_self_check_are_done() {
    let trust = Trust::new();
    let refused = trust.signs(&trust.priya).unwrap_err();
    assert!(matches!(&refused, Problem::Refused(why) if why.contains("Signing opens when")), "{refused}");
    let priya = trust.browser(&trust.priya);
    let page = priya.opens(SIGN);
    assert!(page.says("6 things come first") && page.says("/courses/reporting-issues") && page.says("/self-check"));
    assert!(page.tags("form").len() == 1, "only the one that signs out");
    trust.does(&trust.priya, |one| one.kind == Kind::Course);
    assert!(priya.opens(SIGN).says("1 thing comes first"));
    trust.does_what_comes_first(&trust.priya);
    assert!(priya.opens(SIGN).says("Sign for 2026 to 2027"));
}

#[test]
fn what_somebody_is_exempt_from_stands_in_nobodys_way() {
    let trust = Trust::new();
    trust.does(&trust.priya, |one| one.slug != "data-protection" && one.kind != Kind::Policy);
    let (priya, requirement) =
        (trust.priya.clone(), trust.assignment(&trust.priya, Kind::Course, "data-protection").requirement);
    trust.act(move |act| {
        assignments::exempt(act, &priya, Some(requirement), "Teaches the subject", act.now.day(), None)
    });
    trust.signs(&trust.priya).unwrap();
    assert!(trust.standing(&trust.priya, trust.clock.now()).is_completed());
}

#[test]
fn nobody_signs_who_is_not_asked() {
    let trust = Trust::new();
    let governor = trust.act(|act| {
        let new = NewPerson { forename: "Gwen".into(), surname: "Ash".into(), ..NewPerson::default() };
        people::add_person(act, &new)
    });
    let reader = trust.browser(&governor);
    assert_eq!(reader.opens(SIGN).status, 404);
    let policy = format!("/policies/{POLICY}");
    let seen = reader.opens(&policy);
    assert!(seen.status == 200 && !seen.says(SIGN), "nobody is led to a page that is not there for them");
    assert!(reader.opens("/policies").says("All staff sign it once a year. You are not asked to sign it."));
    let priya = trust.browser(&trust.priya);
    assert!(priya.opens(&policy).says(&format!("href=\"{SIGN}\">Go to signing</a>")));
    assert!(!priya.opens("/policies").says("You are not asked to sign it"));
    trust.does_what_comes_first(&trust.priya);
    trust.signs(&trust.priya).unwrap();
    assert!(priya.opens(&policy).says(&format!("href=\"{SIGN}\">Your signature</a>")));
    assert_eq!(trust.browser(&trust.priya).opens("/attestations/no-such-policy").status, 404);
}

// ── signing

#[test]
fn a_signature_keeps_each_statement_with_its_text_hash_and_answer() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let signed = trust.signs(&trust.priya).unwrap();
    assert!(signed.reference.starts_with("AT-26-") && signed.reference.len() == 16);
    let found = trust.app.read(|conn| attestations::last_signature(conn, trust.priya.id, POLICY)).unwrap();
    assert_eq!((&found.reference, &found.version), (&signed.reference, &trust.version()));
    assert_eq!(found.statements.len(), 12);
    let answers: Vec<&str> = found.statements.iter().map(|one| one.answer.words()).collect();
    assert_eq!(answers.iter().filter(|words| **words == "Confirmed").count(), 10);
    assert_eq!(answers.iter().filter(|words| **words == "Known from your training").count(), 2);
    assert!(found.statements.iter().all(|one| one.text_hash.len() == 64));
    let entry = &trust.entries("attestation")[0];
    assert_eq!(entry["statements"].as_array().unwrap().len(), 12);
    assert_eq!(entry["rows"].as_array().unwrap().len(), 2, "the signature's and the completion's");
    assert!(trust.standing(&trust.priya, trust.clock.now()).is_completed());
    assert!(trust.complaints().is_empty(), "{:?}", trust.complaints());
}

#[test]
fn signing_twice_gives_the_first_signature_and_one_letter() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let first = trust.signs(&trust.priya).unwrap();
    trust.it_is("2026-09-16", "12:00");
    assert_eq!(trust.signs(&trust.priya).unwrap(), first);
    let letters = trust.letters("attestation-receipt");
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].not_before, at("2026-09-15", "09:14").0, "a receipt leaves at once");
    assert_eq!(trust.entries("attestation").len(), 1);
}

#[test]
fn the_last_signature_of_the_year_brings_its_certificate() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    trust.signs(&trust.priya).unwrap();
    let held = trust.app.read(|conn| seamark::certificates::of_person(conn, trust.priya.id)).unwrap();
    assert_eq!(held.len(), 1, "the year's: no course was passed by an attempt here");
}

#[test]
fn no_statement_is_ticked_beforehand_and_what_is_known_is_no_box() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let page = trust.browser(&trust.priya).opens(SIGN);
    let boxes: Vec<String> = page.tags("input").into_iter().filter(|tag| tag.contains("checkbox")).collect();
    assert_eq!(boxes.len(), 10);
    assert!(boxes.iter().all(|tag| !tag.contains("checked")));
    assert!(page.says("You passed the last one on 15 September 2026."));
    assert!(page.says("You finished the self-check on 15 September 2026. We do not have your answers."));
}

#[test]
fn a_statement_that_is_not_ticked_is_named_and_the_others_stay_ticked() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let priya = trust.browser(&trust.priya);
    let ticked: Vec<String> = trust.statements().into_iter().filter(|id| id != "press").collect();
    let fields: Vec<(&str, &str)> = ticked.iter().map(|id| ("statement", id.as_str())).collect();
    let again = priya.fills_in(&priya.opens(SIGN), SIGN, &fields);
    assert_eq!(again.status, 422);
    assert!(again.says("Tick “If a journalist asks me about…”, or choose"));
    assert_eq!(ticked_on(&again).len(), 9);
    assert_eq!(ticked_on(&priya.opens(SIGN)), ticked_on(&again), "another day, another device");
    assert!(trust.entries("attestation").is_empty());
}

fn ticked_on(page: &Page) -> Vec<String> {
    let ticked = page.tags("input").into_iter().filter(|tag| tag.contains(" checked"));
    ticked.map(|tag| attribute(&tag, "value").unwrap()).collect()
}

#[test]
fn somebody_signs_in_the_browser_and_keeps_the_receipt() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let priya = trust.browser(&trust.priya);
    let all = trust.statements();
    let fields: Vec<(&str, &str)> = all.iter().map(|id| ("statement", id.as_str())).collect();
    let form = priya.opens(SIGN);
    let sent = priya.fills_in(&form, SIGN, &fields);
    assert_eq!((sent.status, sent.location.as_deref()), (303, Some(SIGN)));
    assert_eq!(priya.fills_in(&form, SIGN, &fields).status, 303, "sent twice");
    let signed = priya.follows(&sent);
    assert!(signed.says("Signed. Thank you, Priya") && signed.says("You are up to date for 2026 to 2027"));
    let receipt = priya.opens(&format!("{SIGN}/receipt.pdf"));
    assert_eq!((receipt.status, receipt.content_type.as_str()), (200, "application/pdf"));
    assert!(receipt.body.starts_with(b"%PDF"));
    assert_eq!(trust.rows_of("attestations"), 1);
}

#[test]
fn a_form_for_an_older_text_signs_nothing() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let ticks = Ticks { version: "an older one".into(), statements: trust.statements() };
    let (library, key, priya) = (trust.app.library(), trust.app.certificate_key.clone(), trust.priya.clone());
    let signed =
        trust.app.act(Actor::system(), move |act| attestations::sign(act, &library, &key, &priya, POLICY, &ticks));
    assert!(matches!(signed, Err(Problem::Invalid(_))));
    assert_eq!(trust.rows_of("attestations"), 0);
}

#[test]
fn who_signed_before_sees_first_what_changed_since_their_version() {
    let mut trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    trust.signs(&trust.priya).unwrap();
    trust.it_is("2027-09-14", "09:14");
    trust.with_policy(
        "title = \"Social media policy\"\n\n[[change]]\ndate = 2027-02-10\nkind = \"material\"\nclauses = [\"P29\"]\n\
         was = \"Pupils of this school.\"\nnow = \"Pupils of every school in the trust.\"\n\
         ask = \"A pupil of our other school follows you. What do you do?\"\n\
         right = [[\"Leave it\", \"The rule holds for every school.\"]]\n\
         wrong = [[\"Follow back\", \"It is not only your own school.\"]]\n",
    );
    let priya = trust.priya.clone();
    trust.act(move |act| assignments::reconcile(act, &[priya.id]));
    trust.does_what_comes_first(&trust.priya);
    let priya = trust.browser(&trust.priya);
    let page = priya.opens(SIGN);
    assert!(page.says("What changed since you last signed, on 15 September 2026"));
    assert!(page.says("Pupils of this school.") && page.says("Pupils of every school in the trust."));
    assert!(ticked_on(&page).is_empty(), "last year’s ticks are last year’s");
    let all = trust.statements();
    let mut fields: Vec<(&str, &str)> = all.iter().map(|id| ("statement", id.as_str())).collect();
    let again = priya.fills_in(&page, SIGN, &fields);
    assert!(again.status == 422 && again.says("Choose an answer about what changed. It is not marked."));
    fields.push(("change-0", "1"));
    let sent = priya.fills_in(&page, SIGN, &fields);
    assert_eq!(sent.location.as_deref(), Some(SIGN), "no answer stands in an address");
    let left = sent.sets("chose").unwrap();
    assert!(left.contains("HttpOnly") && left.contains("Max-Age=120"), "{left}");
    let signed = priya.follows(&sent);
    assert!(signed.says("You chose: Follow back. It is not only your own school."));
    assert!(signed.sets("chose").unwrap().contains("Max-Age=0"), "it is read once");
    assert!(!priya.opens(SIGN).says("You chose"));
    assert_eq!(trust.app.read(|conn| attestations::signatures_of(conn, trust.priya.id)).unwrap().len(), 2);
    assert!(!trust.entries("attestation")[1].to_string().contains("Follow back"), "it is not kept");
    let old = trust.app.read(|conn| attestations::signatures_of(conn, trust.priya.id)).unwrap().remove(0);
    let receipt = priya.opens(&format!("{SIGN}/receipt.pdf?of={}", old.reference));
    assert_eq!(receipt.status, 200, "the old text is kept for its receipt");
}

// ── "I can't confirm this yet"

#[test]
fn a_question_stops_the_clock_until_hr_answer_it_and_the_other_ticks_are_kept() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    trust.it_is("2026-11-06", "09:00");
    assert!(trust.standing(&trust.priya, trust.clock.now()).is_overdue());
    let priya = trust.browser(&trust.priya);
    let page = priya.opens(SIGN);
    let fields = [("statement", "press"), ("statement", "confidential"), ("not-yet", PUPIL_CONTACT)];
    let which = priya.follows(&priya.fills_in(&page, SIGN, &fields));
    assert!(which.says("I have a connection to declare"));
    let action = format!("{SIGN}/{PUPIL_CONTACT}");
    let form = priya.follows(&priya.fills_in(&which, &action, &[("kind", "question")]));
    let action = format!("{action}/question");
    let asked = [("question", "Does it count if I taught them at another school?")];
    assert_eq!(priya.fills_in(&form, &action, &asked).status, 303);
    assert_eq!(trust.standing(&trust.priya, trust.clock.now()), Standing::QueryOpen);
    let waiting = priya.opens(SIGN);
    assert!(waiting.says("Your question went to HR on 6 November") && !waiting.says("Sign for 2026"));
    assert_eq!(ticked_on(&waiting), ["confidential", "press"]);
    assert!(trust.signs(&trust.priya).is_err());

    let query =
        trust.app.read(|conn| attestations::queries_of_person(conn, &trust.app.library(), trust.priya.id)).unwrap();
    let query = query[0].query.id;
    trust.it_is("2026-11-06", "18:30");
    trust.closes(&trust.priya, query, Closing::Answer("Yes: any school where you worked.".into())).unwrap();
    let letter = &trust.letters("query-settled")[0];
    assert_eq!(letter.not_before, at("2026-11-09", "08:00").0, "Friday evening waits for Monday morning");
    assert!(trust.standing(&trust.priya, trust.clock.now()).is_overdue());
    assert_eq!(trust.standing(&trust.priya, at("2026-11-06", "12:00")), Standing::QueryOpen, "as at noon it was open");
    let page = trust.browser(&trust.priya).opens(SIGN);
    assert!(page.says("HR answered on 6 November: Yes: any school where you worked."));
    assert_eq!(ticked_on(&page), ["confidential", "press"]);
    trust.signs(&trust.priya).unwrap();
    assert!(trust.complaints().is_empty());
}

#[test]
fn a_question_goes_into_the_log_without_its_words() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let query = trust.says(&trust.priya, "press", question("Is a blog a newspaper?")).unwrap();
    trust.closes(&trust.priya, query, Closing::Answer("It may be. Ask first.".into())).unwrap();
    let said = format!("{:?}{:?}", trust.entries("query-opened"), trust.entries("query-closed"));
    assert!(!said.contains("newspaper") && !said.contains("Ask first"));
    assert!(said.contains("words_sha256") && said.contains("answered"));
}

#[test]
fn a_question_about_a_statement_is_open_once() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let first = trust.says(&trust.priya, "press", question("Is a blog a newspaper?")).unwrap();
    assert_eq!(trust.says(&trust.priya, "press", question("And a podcast?")).unwrap(), first);
    assert_ne!(trust.says(&trust.priya, "confidential", question("For how long?")).unwrap(), first);
    assert_eq!(trust.rows_of("queries"), 2);
}

#[test]
fn a_connection_is_kept_by_kind_alone_and_stands_in_the_ticks_place_once_it_is_recorded() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let query = trust.says(&trust.priya, PUPIL_CONTACT, NotYet::Connection(Connection::Relative)).unwrap();
    assert_eq!(trust.standing(&trust.priya, trust.clock.now()), Standing::QueryOpen);
    let no_day = Closing::ConnectionRecorded { outcome: Outcome::ArrangementAgreed, review_day: None };
    assert!(matches!(trust.closes(&trust.priya, query, no_day), Err(Problem::Invalid(_))));
    let other_kind = Closing::Answer("No.".into());
    assert!(trust.closes(&trust.priya, query, other_kind).is_err());
    let agreed =
        Closing::ConnectionRecorded { outcome: Outcome::ArrangementAgreed, review_day: Some(day("2027-03-01")) };
    trust.closes(&trust.priya, query, agreed.clone()).unwrap();
    trust.closes(&trust.priya, query, agreed).unwrap();
    assert_eq!(trust.rows_of("query_closings"), 1);
    trust.signs_all_but(&trust.priya, &[PUPIL_CONTACT]).unwrap();
    let standing = trust.standing(&trust.priya, trust.clock.now());
    assert_eq!(standing, Standing::Completed { late: false, connection_recorded: true });
    assert_eq!(standing.for_manager(), "completed");
    let found = trust.app.read(|conn| attestations::last_signature(conn, trust.priya.id, POLICY)).unwrap();
    let answer = found.statements.iter().find(|one| one.id == PUPIL_CONTACT).unwrap().answer;
    assert_eq!(answer.words(), "Connection recorded");
}

#[test]
fn only_a_statement_that_says_so_takes_a_connection() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let said = trust.says(&trust.priya, "press", NotYet::Connection(Connection::Relative));
    assert!(matches!(said, Err(Problem::NotFound)));
    let priya = trust.browser(&trust.priya);
    assert!(!priya.opens(&format!("{SIGN}/press")).says("I have a connection to declare"));
    assert_eq!(priya.opens(&format!("{SIGN}/press/connection")).status, 404);
    assert_eq!(priya.opens(&format!("{SIGN}/training-done")).status, 404, "a fact needs no question");
}

#[test]
fn a_pupil_who_is_in_touch_now_is_for_the_card_and_not_for_a_queue() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let priya = trust.browser(&trust.priya);
    let action = format!("{SIGN}/{PUPIL_CONTACT}/connection");
    let form = priya.opens(&action);
    let card = priya.fills_in(&form, &action, &[("connection", "other"), ("contact", "pupil")]);
    assert!(card.says("Tell your school today") && card.says("This has not been sent to anybody"));
    assert!(card.says("Designated safeguarding lead"));
    assert_eq!((trust.rows_of("queries"), trust.rows_of("once_keys")), (0, 0));
    let family = priya.fills_in(&form, &action, &[("connection", "relative"), ("contact", "family")]);
    assert_eq!(family.status, 303);
    assert_eq!(trust.rows_of("queries"), 1);
    assert!(!trust.entries("query-opened")[0].to_string().contains("family"));
}

#[test]
fn who_does_not_agree_is_talked_with_and_never_late_meanwhile() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    trust.it_is("2026-11-20", "09:00");
    let priya = trust.browser(&trust.priya);
    let action = format!("{SIGN}/monitoring-and-breaches/disagreement");
    assert_eq!(priya.fills_in(&priya.opens(&action), &action, &[]).status, 303);
    assert_eq!(trust.standing(&trust.priya, trust.clock.now()), Standing::DiscussionNeeded);
    let query = trust.app.read(|conn| attestations::queries_of(conn, Whom::All)).unwrap();
    assert_eq!(query.len(), 1);
    let listed = trust.app.read(|conn| attestations::queries_of_person(conn, &trust.app.library(), trust.priya.id));
    trust.closes(&trust.priya, listed.unwrap()[0].query.id, Closing::Discussed).unwrap();
    assert!(priya.opens(SIGN).says("You said on 20 November that you don’t agree."));
    trust.signs(&trust.priya).unwrap();
}

// ── worries

#[test]
fn words_that_may_be_a_worry_are_told_from_questions_about_the_rules() {
    let worries = [
        "A pupil messaged me last night and I am worried about her",
        "One of my year 9 students keeps messaging me on Snapchat",
        "A colleague sent pictures of a child and a girl was crying",
        "I think a teacher is grooming somebody",
        "He said he wanted to self-harm",
        "She showed me bruises",
        "There was something sexual in the chat",
        "A boy sent me a photo that looked indecent",
        "I feel threatened by a parent",
        "What if a child discloses something?",
    ];
    let questions = [
        "Does it count if I taught them at another school?",
        "My own daughter is in year 4. May I share her birthday picture?",
        "Is a neighbourhood group on WhatsApp social media?",
        "Who approves a new account for the PE department?",
        "May I say that I am a teacher in my profile?",
        "Does the rule hold for pupils who left ten years ago?",
        "Who is the safeguarding lead at the other site?",
        "Is LinkedIn included? Some former students follow me there.",
        "What does monitoring mean for my own phone?",
    ];
    for worry in worries {
        assert!(looks_like_a_worry(worry), "‘{worry}’ should be stopped");
        assert_eq!(Question::read(worry, false), Typed::Worry);
    }
    for fair in questions {
        assert!(!looks_like_a_worry(fair), "‘{fair}’ should be sent");
    }
}

#[test]
fn a_worry_is_sent_to_nobody_and_kept_nowhere_and_a_mistake_can_be_put_right() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let priya = trust.browser(&trust.priya);
    let action = format!("{SIGN}/{PUPIL_CONTACT}/question");
    let form = priya.opens(&action);
    let words = "If a pupil messaged me twelve summers ago, is that zanzibar contact?";
    let entries = trust.rows_of("evidence_entries");
    let card = priya.fills_in(&form, &action, &[("question", words)]);
    assert!(card.says("This has not been sent to anybody, and we have not kept it."));
    assert!(card.says("If a child is in danger now, ring 999 first.") && card.says("LADO"));
    for table in ["queries", "once_keys", "statement_ticks"] {
        assert_eq!(trust.rows_of(table), 0, "{table}");
    }
    assert_eq!(trust.rows_of("evidence_entries"), entries);
    assert!(!files_hold(trust._home.folder(), b"zanzibar"));
    let again = priya.fills_in(&card, &action, &[("question", words)]);
    assert_eq!(again.status, 303, "it was stopped by mistake");
    assert_eq!(trust.rows_of("queries"), 1);
}

fn files_hold(folder: &std::path::Path, words: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return files_hold(&path, words);
        }
        std::fs::read(path).unwrap().windows(words.len()).any(|window| window == words)
    })
}

#[test]
fn a_question_has_1_to_500_characters() {
    let too_long = "Your question has 501 characters. Use at most 500";
    for (typed, complaint) in [("  ", "Write your question"), (&"é".repeat(501), too_long)] {
        let Typed::Complaint(said) = Question::read(typed, false) else { panic!("{typed}") };
        assert_eq!(said, complaint);
    }
    assert!(matches!(Question::read(&"é".repeat(500), false), Typed::Question(_)));
}

// ── HR, and others

#[test]
fn hr_of_the_persons_school_close_a_query_and_hr_of_another_do_not_know_of_it() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let query = trust.says(&trust.priya, "press", question("Is a blog a newspaper?")).unwrap();
    let address = format!("/people/{}/queries/{query}", trust.priya.id);
    let answer = format!("answer-{query}");
    let sends = |who: &Person, words: &str| {
        let browser = trust.browser(who);
        let home = browser.opens("/certificates");
        let token = attribute(&home.form("/sign-out"), "value").unwrap();
        browser.posts(&address, &[("token".to_owned(), token), (answer.clone(), words.to_owned())])
    };
    assert_eq!(sends(&trust.mo, "It is not.").status, 404);
    assert_eq!(sends(&trust.priya, "It is not.").status, 404, "no role");
    let blank = sends(&trust.helen, " ");
    assert!(blank.status == 422 && blank.says("Write the answer") && blank.says("Is a blog a newspaper?"));
    let sent = sends(&trust.helen, "It may be.");
    assert_eq!((sent.status, sent.location), (303, Some(format!("/people/{}", trust.priya.id))));
    assert_eq!(trust.rows_of("query_closings"), 1);
    assert_eq!(sends(&trust.helen, "Again.").status, 303, "sent twice");
    assert_eq!(trust.rows_of("query_closings"), 1);
}

#[test]
fn who_has_more_open_is_not_told_that_they_can_sign() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let disagreement = trust.says(&trust.priya, "press", NotYet::Disagreement).unwrap();
    let connection = trust.says(&trust.priya, PUPIL_CONTACT, NotYet::Connection(Connection::Relative)).unwrap();
    let helen = trust.browser(&trust.helen);
    let home = format!("/people/{}", trust.priya.id);
    let closes = |query: i64, fields: &[(&str, &str)]| {
        let closed = helen.fills_in(&helen.opens(&home), &format!("{home}/queries/{query}"), fields);
        let letter = trust.letters("query-settled").remove(0);
        let mut values = letter.values().unwrap();
        (values["link"], values["trust"]) = ("https://…".into(), TRUST.into());
        (helen.follows(&closed), trust.app.desk.views.letter("query-settled", &values).unwrap())
    };
    let (page, (subject, letter)) = closes(disagreement, &[]);
    assert!(page.says("It is closed. They cannot sign yet: one thing more is open, below."));
    assert_eq!(subject, "About the Social media policy");
    assert!(letter.contains("This is still with HR: a connection that you told us of."), "{letter}");
    assert!(!letter.contains("sign now") && !letter.contains("sign when you are ready"), "{letter}");
    let outcome = format!("outcome-{connection}");
    let (page, (subject, letter)) = closes(connection, &[(&outcome, "no action")]);
    assert!(page.says("It is recorded. They can sign now."));
    assert_eq!(subject, "You can sign the Social media policy now");
    assert!(letter.contains("You can sign now.") && !letter.contains("still with HR"), "{letter}");
}

#[test]
fn words_that_are_too_many_are_all_there_still_with_how_many_they_are() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let priya = trust.browser(&trust.priya);
    let action = format!("{SIGN}/press/question");
    let typed = "Is a blog a newspaper? ".repeat(30).trim().to_owned();
    let complaint = "Your question has 689 characters. Use at most 500";
    let form = priya.opens(&action);
    assert!(!form.says("maxlength"), "a browser would cut what is pasted, and say nothing");
    for mistaken in [&[][..], &[("mistaken", "yes")]] {
        let again = priya.fills_in(&form, &action, &[&[("question", typed.as_str())], mistaken].concat());
        assert!(again.status == 422 && again.says(complaint) && again.says(&typed));
    }
    let query = trust.says(&trust.priya, "press", question("Is a blog a newspaper?")).unwrap();
    let helen = trust.browser(&trust.helen);
    let home = format!("/people/{}", trust.priya.id);
    let (action, answer) = (format!("{home}/queries/{query}"), format!("answer-{query}"));
    let typed = "It may be. ".repeat(200).trim().to_owned();
    let again = helen.fills_in(&helen.opens(&home), &action, &[(&answer, &typed)]);
    assert!(again.status == 422 && again.says("The answer has 2,199 characters. Use at most 2,000"));
    assert!(again.says(&typed) && trust.rows_of("query_closings") == 0);
}

#[test]
fn nobody_closes_their_own_query() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.helen);
    let query = trust.says(&trust.helen, "press", question("Is a blog a newspaper?")).unwrap();
    let helen = trust.browser(&trust.helen);
    let token = attribute(&helen.opens("/certificates").form("/sign-out"), "value").unwrap();
    let address = format!("/people/{}/queries/{query}", trust.helen.id);
    let sent = helen.posts(&address, &[("token".into(), token), (format!("answer-{query}"), "Yes".into())]);
    assert_eq!(sent.status, 403);
    assert_eq!(trust.rows_of("query_closings"), 0);
}

#[test]
fn a_receipt_is_for_its_signer_and_for_hr_of_their_school() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let signed = trust.signs(&trust.priya).unwrap();
    let address = format!("{SIGN}/receipt.pdf?of={}", signed.reference);
    let status = |who: &Person| trust.browser(who).opens(&address).status;
    assert_eq!([&trust.priya, &trust.helen, &trust.mo].map(status), [200, 200, 404]);
    assert_eq!(trust.browser(&trust.helen).opens(&format!("{SIGN}/receipt.pdf")).status, 404, "she signed nothing");
}

#[test]
fn a_signature_that_was_changed_added_or_removed_is_found() {
    for (tampering, found) in [
        ("UPDATE attestations SET signed_at = signed_at + 1", "signed_at is not what the log recorded"),
        ("DELETE FROM attestations", "is in the log but no longer in the table"),
        (
            "INSERT INTO attestations (assignment_id, content_version, printed_name, statements, reference, entry_id, \
             signed_at) SELECT id, 'x', 'x', '[]', 'AT-26-X', 'x', 1 FROM assignments WHERE id NOT IN \
             (SELECT assignment_id FROM attestations) ORDER BY id LIMIT 1",
            "was never recorded in the log",
        ),
    ] {
        let trust = Trust::new();
        trust.does_what_comes_first(&trust.priya);
        trust.signs(&trust.priya).unwrap();
        assert!(trust.complaints().is_empty());
        trust.tampers(tampering);
        let complaints = trust.complaints();
        assert!(complaints.iter().any(|said| said.contains("attestations") && said.contains(found)), "{complaints:?}");
    }
}

#[test]
fn what_is_wrong_is_listed_in_the_order_of_the_page() {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    let priya = trust.browser(&trust.priya);
    let again = priya.fills_in(&priya.opens(SIGN), SIGN, &[]);
    assert_eq!(again.status, 422);
    let words = again.words();
    let summary = words.split_once("govuk-error-summary").unwrap().1.split("</ul>").next().unwrap();
    let listed: Vec<&str> = summary.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let places: Vec<usize> = listed.iter().map(|id| words.find(&format!("id=\"{id}\"")).unwrap()).collect();
    assert!(listed.len() > 2 && places.is_sorted(), "{listed:?}");
    let mut by_name = listed.clone();
    by_name.sort_unstable();
    assert_ne!(listed, by_name, "the alphabet is not the page's order here");
}

#[test]
fn a_query_or_its_closing_that_was_changed_added_or_removed_is_found() {
    let changed = "is not what the log recorded";
    let cases = [
        ("queries", "UPDATE queries SET words = 'May I?'", changed),
        ("queries", "UPDATE queries SET kind = 'disagreement'", changed),
        ("queries", "UPDATE queries SET opened_at = opened_at + 1", changed),
        ("queries", "DELETE FROM query_closings; DELETE FROM queries", "is in the log but no longer in the table"),
        (
            "queries",
            "INSERT INTO queries (assignment_id, statement, kind, words, opened_at)
             SELECT assignment_id, 'press', kind, words, opened_at FROM queries LIMIT 1",
            "was never recorded in the log",
        ),
        ("query_closings", "UPDATE query_closings SET words = 'No.'", changed),
        ("query_closings", "UPDATE query_closings SET closed_at = closed_at + 1", changed),
        ("query_closings", "DELETE FROM query_closings", "is in the log but no longer in the table"),
        (
            "query_closings",
            "INSERT INTO query_closings (query_id, outcome, words, closed_at)
             SELECT max(id), 'answered', 'Yes.', 1 FROM queries",
            "was never recorded in the log",
        ),
    ];
    for (table, tampering, found) in cases {
        let trust = Trust::new();
        trust.does_what_comes_first(&trust.priya);
        let answered = trust.says(&trust.priya, "press", question("Is a blog a newspaper?")).unwrap();
        trust.closes(&trust.priya, answered, Closing::Answer("It may be.".to_owned())).unwrap();
        trust.says(&trust.priya, "press", question("And a podcast?")).unwrap();
        assert_eq!(trust.complaints(), [""; 0]);
        trust.tampers(tampering);
        let complaints = trust.complaints();
        let is_it = |said: &String| said.starts_with(&format!("{table} ")) && said.contains(found);
        assert!(complaints.iter().any(is_it), "{tampering}: {complaints:?}");
    }
}

#[test]
fn a_kind_reads_back_as_it_was_written() {
    for connection in Connection::ALL {
        assert_eq!(Connection::named(connection.as_str()), Some(connection));
    }
    for outcome in Outcome::ALL {
        let closing = Closing::ConnectionRecorded { outcome, review_day: None };
        assert_eq!(Closing::read(closing.outcome(), "", None), Some(closing));
    }
    for kind in ["question", "connection", "disagreement"] {
        assert_eq!(rules::kind_word(rules::kind_named(kind).unwrap()), kind);
    }
}
