//! Certificates: what is signed, how a number is read, how one stands, and that one follows each completion.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use diesel::connection::SimpleConnection;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use proptest::prelude::*;
use rand::{RngCore, SeedableRng};
use seamark::act::Act;
use seamark::app::{App, covered};
use seamark::assignments::calendar::AcademicYear;
use seamark::assignments::rules::{Cycle, DueRule, Standing};
use seamark::assignments::{self, Completion, Means};
use seamark::certificates::rules::{Ending, EndingKind, Number, State, is_whole, state, valid_until, version_of_year};
use seamark::certificates::{self, Certificate, CertificateKind, Claims, Issued, Key, NewCertificate, Visitors};
use seamark::clock::{Clock, Day, Instant};
use seamark::config::Config;
use seamark::courses::{Kind, Programme, files::Folder};
use seamark::db::WriterOptions;
use seamark::each_backend;
use seamark::evidence::verify::verify;
use seamark::evidence::{Actor, Draft};
use seamark::keys::Secret;
use seamark::people::rules::{PostFlags, RoleGroup, Urn};
use seamark::people::{self, NewPerson, NewPost, Person};
use seamark::problem::{Problem, Result};
use seamark::settings;
use seamark::text::initials;

use crate::house::{ADDRESS, Home, ORIGIN, TRUST, at};

pub const COURSES: [(&str, &str); 5] = [
    ("acceptable-use", "Acceptable use of social media"),
    ("social-media-risks", "Social media risks"),
    ("privacy-settings", "Checking your privacy settings"),
    ("data-protection", "Data protection"),
    ("reporting-issues", "Reporting issues"),
];

/// A trust of two schools that asks the usual seven things, with the key that its certificates are signed with.
pub struct Trust {
    pub app: App,
    pub clock: Clock,
    pub oak: i64,
    pub elm: i64,
    _home: Home,
}

impl Trust {
    pub fn new() -> Trust {
        let home = Home::new();
        let clock = Clock::set_at(at("2026-09-14", "09:14"));
        let folder = home.folder().to_str().unwrap().to_owned();
        let mut config = Config::read("", &BTreeMap::from([("SEAMARK_DATA".to_owned(), folder)])).unwrap();
        config.database = home.target.clone();
        let app = App::build_with(config, clock.clone(), WriterOptions::default(), None).unwrap();
        let act = |verb: fn(&mut Act) -> Result<i64>| app.act(Actor::system(), verb).unwrap();
        act(|act| {
            let seeds = [(settings::TRUST_NAME, TRUST), (settings::LOG_ORIGIN, ORIGIN), (settings::ADDRESS, ADDRESS)];
            for (name, value) in seeds {
                settings::write(act.conn, act.now, None, name, value)?;
            }
            let programme = Programme::read(&Folder::built_in()).map_err(|_| Problem::fault("programme"))?;
            Ok(assignments::programme(act, &programme, day("2025-09-01"))?.len() as i64)
        });
        let oak = act(|act| people::add_school(act, &Urn::parse("123456").unwrap(), "Oak Primary"));
        let elm = act(|act| people::add_school(act, &Urn::parse("654321").unwrap(), "Elm Academy"));
        seamark::app::read_house(&app.desk).unwrap();
        Trust { app, clock, oak, elm, _home: home }
    }

    pub fn act<T: Send + 'static>(&self, verb: impl Fn(&mut Act) -> Result<T> + Send + 'static) -> T {
        self.app.act(Actor::system(), verb).unwrap()
    }

    /// The same with the certificates' key.
    pub fn sign<T: Send + 'static>(&self, verb: impl Fn(&mut Act, &Key) -> Result<T> + Send + 'static) -> T {
        let key = self.app.certificate_key.clone();
        self.act(move |act| verb(act, &key))
    }

    pub fn teacher(&self, forename: &str, surname: &str, school: i64) -> Person {
        let new = NewPerson { forename: forename.into(), surname: surname.into(), ..NewPerson::default() };
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
        self.act(move |act| {
            let person = people::add_person(act, &new)?;
            people::add_post(act, &person, &post)?;
            assignments::reconcile(act, &[person.id])?;
            Ok(person)
        })
    }

    /// Completes one of the seven now, as its room does.
    pub fn completes(&self, person: &Person, slug: &str) -> Issued {
        let (person, slug) = (person.id, slug.to_owned());
        self.sign(move |act, key| complete(act, key, person, &slug))
    }

    pub fn completes_everything(&self, person: &Person) -> Vec<Issued> {
        let others = ["privacy-check", "social-media-policy"];
        COURSES.iter().map(|(slug, _)| *slug).chain(others).map(|slug| self.completes(person, slug)).collect()
    }

    pub fn passes(&self, person: &Person, slug: &str) -> Certificate {
        self.completes(person, slug).course.unwrap()
    }

    pub fn held_by(&self, person: &Person) -> Vec<Certificate> {
        self.app.read(|conn| certificates::of_person(conn, person.id)).unwrap()
    }

    pub fn found(&self, number: &Number) -> Certificate {
        self.app.read(|conn| certificates::by_number(conn, number)).unwrap()
    }

    pub fn state_of(&self, certificate: &Certificate) -> State {
        self.found(&certificate.number).state(self.clock.now().day())
    }

    pub fn it_is(&self, day: &str) {
        self.clock.set(at(day, "09:14"));
    }
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn complete(act: &mut Act, key: &Key, person: i64, slug: &str) -> Result<Issued> {
    let kind = match slug {
        "privacy-check" => Kind::Checklist,
        "social-media-policy" => Kind::Policy,
        _ => Kind::Course,
    };
    let assignment = assignments::assignment_for(act.conn, person, kind, slug, act.now)?;
    finish(act, key, assignment.id, slug)
}

fn finish(act: &mut Act, key: &Key, assignment: i64, slug: &str) -> Result<Issued> {
    let completion = Completion {
        means: Means::PassedAttempt,
        content_version: format!("the version of {slug}"),
        at: act.now,
        connection_recorded: false,
    };
    let completed = assignments::complete(act, assignment, &completion)?;
    let entry = completed.in_entry(Draft::new("attempt-finished")?)?;
    act.record(entry);
    let title = COURSES.iter().find(|(course, _)| *course == slug).map_or("", |(_, title)| title);
    certificates::after_completion(act, key, assignment, title, Some(25))
}

fn course_for(person: &Person, title: &str) -> NewCertificate {
    NewCertificate {
        person: person.id,
        assignment: None,
        kind: CertificateKind::Course,
        cycle: Cycle::Year(AcademicYear(2026)),
        title: title.into(),
        content_version: "v1".into(),
        completed: day("2026-09-14"),
        valid_until: day("2027-10-31"),
        minutes: None,
    }
}

// ── tokens

fn key() -> Key {
    Key::new(&Secret([3; 32])).unwrap()
}

fn claims() -> Claims {
    Claims {
        iss: TRUST.into(),
        iat: 1_789_373_640,
        number: "SM-26-7K4Q9XTB2M".into(),
        name: "Nguyễn Thị Ánh O’Leary-Żółć".into(),
        course: "Acceptable use of social media".into(),
        version: "7c1e".into(),
        completed: day("2026-09-14"),
        valid_until: day("2027-10-31"),
    }
}

#[test]
fn what_is_signed_is_read_back_word_for_word_and_always_signed_alike() {
    let token = key().sign(&claims()).unwrap();
    assert_eq!(key().read(&token), Some(claims()));
    assert_eq!(key().sign(&claims()).unwrap(), token);
    assert_eq!(key().read(&format!("{token} ")), None);
    assert_eq!(key().read(""), None);
    assert_eq!(key().read(&"a.".repeat(100_000)), None);
}

#[test]
fn a_token_with_any_byte_changed_is_refused() {
    let (key, token) = (key(), key().sign(&claims()).unwrap());
    for place in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let forged = String::from_utf8(bytes).unwrap();
            assert_eq!(key.read(&forged), None, "byte {place}, bit {bit}");
        }
    }
}

#[test]
fn a_token_of_another_key_another_kind_or_another_algorithm_is_refused() {
    let theirs = Key::new(&Secret([4; 32])).unwrap();
    assert_eq!(key().read(&theirs.sign(&claims()).unwrap()), None);
    let sign = |typ: Option<&str>, kid: &str| {
        let header = Header { typ: typ.map(str::to_owned), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
        let signing = EncodingKey::from_ed_der(&Secret([3; 32]).pkcs8().unwrap());
        encode(&header, &claims(), &signing).unwrap()
    };
    let ours = "seamark-certificate+jwt";
    assert!(key().read(&sign(Some(ours), key().id())).is_some());
    assert_eq!(key().read(&sign(Some("JWT"), key().id())), None);
    assert_eq!(key().read(&sign(None, key().id())), None);
    assert_eq!(key().read(&sign(Some(ours), "another")), None);

    let public = Secret([3; 32]).signing_key().verifying_key();
    for secret in [public.as_bytes().as_slice(), key().public_pem().as_bytes()] {
        let header = Header { typ: Some(ours.into()), kid: Some(key().id().into()), ..Header::new(Algorithm::HS256) };
        let forged = encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap();
        assert_eq!(key().read(&forged), None);
    }
}

#[test]
fn anybody_with_the_public_key_can_prove_a_token_without_us() {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let public = DecodingKey::from_ed_pem(key().public_pem().as_bytes()).unwrap();
    let token = key().sign(&claims()).unwrap();
    let opened = decode::<serde_json::Value>(&token, &public, &validation).unwrap();
    assert_eq!(opened.claims["name"], "Nguyễn Thị Ánh O’Leary-Żółć");
    assert_eq!(opened.header.kid.as_deref(), Some(key().id()));
    assert_eq!(opened.header.typ.as_deref(), Some("seamark-certificate+jwt"));
}

// ── numbers

#[test]
fn a_number_bears_the_academic_year_in_which_it_was_issued() {
    let issued = |on: &str| Number::of(at(on, "12:00"), "7K4Q9XTB2M").to_string();
    assert_eq!(issued("2026-09-01"), "SM-26-7K4Q9XTB2M");
    assert_eq!(issued("2027-08-31"), "SM-26-7K4Q9XTB2M");
    assert_eq!(issued("2027-09-01"), "SM-27-7K4Q9XTB2M");
    assert_eq!(issued("2105-10-01"), "SM-05-7K4Q9XTB2M");
}

#[test]
fn a_number_is_read_however_people_write_it() {
    let written = [
        "SM-26-7K4Q9XTB2M",
        "sm-26-7k4q9xtb2m",
        " SM 26 7K4Q9 XTB2M\n",
        "SM-26-7K4Q9-XTB2M",
        "SM–26—7K4Q9‑XTB2M",
        "sm267k4q9xtb2m",
        "https://training.saltmarsh.example/verify/SM-26-7K4Q9XTB2M",
        "training.saltmarsh.example/verify/sm-26-7k4q9xtb2m/",
    ];
    for text in written {
        assert_eq!(Number::parse(text).unwrap().as_str(), "SM-26-7K4Q9XTB2M", "{text}");
    }
    assert_eq!(Number::parse("SM-26-OIL0123456").unwrap().as_str(), "SM-26-0110123456");
    assert_eq!(Number::parse("SM-O6-oil0123456").unwrap().as_str(), "SM-06-0110123456");
    let wrong = [
        "",
        "SM",
        "SM-26-",
        "SM-26-7K4Q9XTB2",
        "SM-26-7K4Q9XTB2MM",
        "SM-2-7K4Q9XTB2M",
        "SM-AB-7K4Q9XTB2M",
        "XX-26-7K4Q9XTB2M",
        "SM-26-7K4Q9XTBUM",
        "SM-26-7K4Q9XTBÄM",
        "SM-26-7K4Q9XTB2%",
        "26-7K4Q9XTB2M",
    ];
    wrong.iter().for_each(|text| assert_eq!(Number::parse(text), None, "{text}"));
}

proptest! {
    #[test]
    fn every_number_reads_as_itself_and_nothing_that_is_typed_breaks_the_reading(
        code in "[0-9A-HJKMNP-TV-Z]{10}", typed in any::<String>()
    ) {
        let number = Number::of(Instant(1_790_000_000_000), &code);
        prop_assert_eq!(Number::parse(number.as_str()), Some(number.clone()));
        prop_assert_eq!(Number::parse(&number.as_str().to_lowercase()), Some(number));
        if let Some(read) = Number::parse(&typed) {
            prop_assert_eq!(Number::parse(read.as_str()), Some(read));
        }
    }
}

#[test]
fn ten_thousand_numbers_made_up_by_somebody_hit_none_of_ours() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben", "Reed", trust.oak);
    trust.completes_everything(&ben);
    let mut seed = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let alphabet = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let found = trust.app.read(|conn| {
        let mut found = 0;
        for _ in 0..10_000 {
            let code: String = (0..10).map(|_| char::from(alphabet[seed.next_u32() as usize % 32])).collect();
            match certificates::by_number(conn, &Number::parse(&format!("SM-26-{code}")).unwrap()) {
                Ok(_) => found += 1,
                Err(Problem::NotFound) => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(found)
    });
    assert_eq!(found.unwrap(), 0);
}

// ── how one stands

#[test]
fn a_certificate_is_valid_until_its_last_day_and_an_ending_counts_from_its_own() {
    let ending = |kind, on: &str| Ending { kind, replaced_by: None, at: at(on, "12:00") };
    let on = |ending: Option<&Ending>, on: &str| state(day("2027-10-31"), ending, day(on));
    let withdrawn = ending(EndingKind::Withdrawn, "2026-12-01");
    let replaced = ending(EndingKind::Replaced, "2027-11-05");
    assert_eq!(on(None, "2026-09-14"), State::Valid);
    assert_eq!(on(None, "2027-10-31"), State::Valid);
    assert_eq!(on(None, "2027-11-01"), State::Expired);
    assert_eq!(on(Some(&withdrawn), "2026-11-30"), State::Valid);
    assert_eq!(on(Some(&withdrawn), "2026-12-01"), State::Withdrawn { on: day("2026-12-01") });
    assert_eq!(on(Some(&withdrawn), "2030-01-01"), State::Withdrawn { on: day("2026-12-01") });
    assert_eq!(on(Some(&replaced), "2027-11-01"), State::Expired);
    assert_eq!(on(Some(&replaced), "2027-11-05"), State::Replaced { on: day("2027-11-05") });
}

#[test]
fn a_certificate_holds_until_the_next_cycles_annual_day() {
    let year = Cycle::Year(AcademicYear(2026));
    let rule = |month, day_of_month| DueRule { month, day_of_month, starter_days: 20 };
    let done = day("2026-09-14");
    assert_eq!(valid_until(year, done, DueRule::default()), day("2027-10-31"));
    assert_eq!(valid_until(year, done, rule(1, 31)), day("2028-01-31"));
    assert_eq!(valid_until(year, done, rule(2, 29)), day("2028-02-29"));
    assert_eq!(valid_until(year, day("2027-11-20"), DueRule::default()), day("2027-11-20"));
    let rolling = Cycle::Rolling { from: day("2026-10-01"), months: 12 };
    assert_eq!(valid_until(rolling, done, DueRule::default()), day("2027-09-13"));
    assert_eq!(valid_until(Cycle::Once, done, DueRule::default()), Cycle::Once.last_day());
}

#[test]
fn a_year_is_whole_when_each_thing_asked_is_complete_or_exempt() {
    let done = Standing::Completed { late: true, connection_recorded: true };
    assert!(is_whole(&[done, Standing::Exempt]));
    assert!(!is_whole(&[]));
    for open in [Standing::Due, Standing::Paused, Standing::QueryOpen, Standing::Overdue { days: 1 }] {
        assert!(!is_whole(&[done, open]));
    }
}

#[test]
fn a_years_version_names_every_content_and_no_order() {
    let one = ("course".to_owned(), "a".to_owned(), "1".to_owned());
    let other = ("policy".to_owned(), "b".to_owned(), "1".to_owned());
    let changed = ("policy".to_owned(), "b".to_owned(), "2".to_owned());
    let version = version_of_year(&[one.clone(), other.clone()]);
    assert_eq!(version.len(), 64);
    assert_eq!(version, version_of_year(&[other, one.clone()]));
    assert_ne!(version, version_of_year(&[one.clone(), changed]));
    assert_ne!(version, version_of_year(&[one]));
}

#[test]
fn initials_are_the_first_letters_of_a_name_in_any_script() {
    let cases = [
        ("Priya Nair", "P. N."),
        ("Łukasz Żółkiewski-Nowak", "Ł. Ż."),
        ("E\u{301}mile Zola", "É. Z."),
        ("Nguyễn Thị Ánh", "N. T. Á."),
        ("Ελένη Παπαδοπούλου", "Ε. Π."),
        ("Дмитро Шевченко", "Д. Ш."),
        ("Vincent van ’t Hooft", "V. v. t. H."),
        ("(Jo) Marsh", "J. M."),
        ("Teller", "T."),
        ("", ""),
    ];
    cases.iter().for_each(|(name, wanted)| assert_eq!(initials(name), *wanted));
}

// ── issuing

#[test]
fn each_course_brings_a_certificate_and_the_last_thing_asked_the_years() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben", "Reed", trust.oak);
    let issued = trust.completes_everything(&ben);
    let courses: Vec<&Certificate> = issued.iter().filter_map(|one| one.course.as_ref()).collect();
    let titles: Vec<&str> = courses.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(titles, COURSES.map(|(_, title)| title));
    assert!(issued[..6].iter().all(|one| one.year.is_none()));

    let first = courses[0];
    assert_eq!((first.printed_name.as_str(), first.trust.as_str()), ("Ben Reed", TRUST));
    assert_eq!(first.school.as_deref(), Some("Oak Primary"));
    assert_eq!((first.completed, first.valid_until), (day("2026-09-14"), day("2027-10-31")));
    assert_eq!(first.minutes, Some(25));
    let claims = trust.app.certificate_key.read(&first.token).unwrap();
    assert_eq!(claims.version, "the version of acceptable-use");
    assert_eq!((claims.number.as_str(), claims.issued().day()), (first.number.as_str(), day("2026-09-14")));

    let year = issued[6].year.as_ref().unwrap();
    assert_eq!((year.kind, year.title.as_str()), (CertificateKind::Year, "Staff training 2026 to 2027"));
    assert_eq!((year.valid_until, year.minutes), (day("2027-10-31"), Some(125)));
    let held = trust.held_by(&ben);
    assert_eq!(held.len(), 6);
    assert!(held.iter().all(|one| trust.state_of(one) == State::Valid));
    assert_eq!(held.iter().map(|one| &one.number).collect::<BTreeSet<_>>().len(), 6);
}

#[test]
fn an_exemption_from_the_last_thing_asked_makes_the_year_whole_once() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben", "Reed", trust.oak);
    for (slug, _) in COURSES {
        trust.completes(&ben, slug);
    }
    assert_eq!(trust.completes(&ben, "privacy-check").year, None);
    let exempted = ben.clone();
    let give = move |act: &mut Act, key: &Key| {
        assignments::exempt(act, &exempted, None, "On secondment", day("2026-09-14"), None)?;
        certificates::issue_for_year(act, key, exempted.id, Cycle::Year(AcademicYear(2026)))
    };
    assert!(trust.sign(give.clone()).is_some());
    assert!(trust.sign(give).is_none());
    assert_eq!(trust.held_by(&ben).len(), 6);
}

#[test]
fn somebody_who_has_left_may_finish_a_course_but_not_the_year() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben", "Reed", trust.oak);
    trust.completes(&ben, "data-protection");
    let begun = trust
        .app
        .read(|conn| assignments::assignment_for(conn, ben.id, Kind::Course, "acceptable-use", trust.clock.now()))
        .unwrap();
    let left = ben.clone();
    trust.act(move |act| people::leave(act, &left, day("2026-09-30")));
    trust.it_is("2026-10-02");
    trust.act(move |act| assignments::reconcile(act, &[ben.id]));
    let issued = trust.sign(move |act, key| finish(act, key, begun.id, "acceptable-use"));
    assert_eq!(issued.course.unwrap().school, None);
    assert_eq!(issued.year, None);
}

#[test]
fn two_last_completions_at_once_bring_the_years_certificate_once() {
    let trust = Trust::new();
    for forename in ["Ann", "Ben", "Cas"] {
        let person = trust.teacher(forename, "Reed", trust.oak);
        for slug in ["social-media-risks", "privacy-settings", "data-protection", "reporting-issues"] {
            trust.completes(&person, slug);
        }
        trust.completes(&person, "privacy-check");
        let trust = &trust;
        let years: Vec<Issued> = thread::scope(|scope| {
            let both = ["acceptable-use", "social-media-policy"];
            let going = both.map(|slug| {
                scope.spawn({
                    let person = person.clone();
                    move || trust.completes(&person, slug)
                })
            });
            going.map(|one| one.join().unwrap()).into()
        });
        assert_eq!(years.iter().filter(|one| one.year.is_some()).count(), 1, "{forename}");
    }
}

#[test]
fn a_new_certificate_replaces_the_one_for_the_same_course_and_cycle_alone() {
    let trust = Trust::new();
    let (ben, ann) = (trust.teacher("Ben", "Reed", trust.oak), trust.teacher("Ann", "Reed", trust.elm));
    let issue = |new: NewCertificate| trust.sign(move |act, key| certificates::issue(act, key, &new));
    let first = issue(course_for(&ben, "First aid"));
    let other_course = issue(course_for(&ben, "Fire safety"));
    let hers = issue(course_for(&ann, "First aid"));
    let last_year = issue(NewCertificate { cycle: Cycle::Year(AcademicYear(2025)), ..course_for(&ben, "First aid") });
    let of_year = issue(NewCertificate { kind: CertificateKind::Year, ..course_for(&ben, "First aid") });
    trust.it_is("2026-10-02");
    let second = issue(course_for(&ben, "First aid"));
    assert_eq!(trust.state_of(&first), State::Replaced { on: day("2026-10-02") });
    assert_eq!(trust.found(&first.number).ending.unwrap().replaced_by, Some(second.number.clone()));
    for other in [&other_course, &hers, &last_year, &of_year, &second] {
        assert_eq!(trust.state_of(other), State::Valid, "{}", other.title);
    }
    let third = issue(course_for(&ben, "First aid"));
    assert_eq!(trust.found(&first.number).ending.unwrap().replaced_by, Some(second.number.clone()));
    assert_eq!(trust.found(&second.number).ending.unwrap().replaced_by, Some(third.number));
}

#[test]
fn a_withdrawn_certificate_stays_withdrawn_and_is_withdrawn_once() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben", "Reed", trust.oak);
    let certificate = trust.passes(&ben, "acceptable-use");
    let number = certificate.number.clone();
    let withdraw = move |act: &mut Act| certificates::withdraw(act, &number);
    trust.act(withdraw.clone());
    assert_eq!(trust.state_of(&certificate), State::Withdrawn { on: day("2026-09-14") });
    trust.it_is("2026-10-02");
    let again = trust.app.act(Actor::system(), withdraw).unwrap_err();
    assert_eq!(again.to_string(), "This certificate was withdrawn on 14 September 2026 already.");
    assert_eq!(trust.state_of(&certificate), State::Withdrawn { on: day("2026-09-14") });
    let unknown = |act: &mut Act| certificates::withdraw(act, &Number::parse("SM-26-0000000000").unwrap());
    assert!(matches!(trust.app.act(Actor::system(), unknown), Err(Problem::NotFound)));
}

#[test]
fn what_is_printed_stays_as_it_was_issued_byte_for_byte() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben", "Reed", trust.oak);
    let number = trust.passes(&ben, "acceptable-use").number;
    let draw = || certificates::draw(&trust.found(&number), ADDRESS).unwrap();
    let first = draw();
    assert_eq!(first, draw());
    assert!(first.len() < 40_000, "{} bytes", first.len());

    let (oak, renamed) = (trust.oak, Person { forename: "Benedict".into(), surname: "Marsh".into(), ..ben });
    trust.it_is("2027-03-01");
    trust.act(move |act| {
        people::correct_person(act, &renamed)?;
        people::rename_school(act, oak, "Oak Tree Primary")?;
        settings::write(act.conn, act.now, None, settings::TRUST_NAME, "The Marsh Trust")?;
        people::leave(act, &renamed, day("2027-02-26"))
    });
    assert_eq!(first, draw());
}

#[test]
fn a_name_is_signed_as_it_is_printed_in_every_script() {
    let trust = Trust::new();
    let names = [
        ("Łukasz", "Żółkiewski-Nowak"),
        ("Nguyễn", "Thị Ánh"),
        ("Ελένη", "Παπαδοπούλου"),
        ("Дмитро", "Шевченко"),
        ("Siân", "ap Gwŷn"),
        ("Ștefan", "Țăran"),
        ("E\u{301}mile", "  O’Leary  "),
    ];
    for (forename, surname) in names {
        let certificate = trust.passes(&trust.teacher(forename, surname, trust.oak), "acceptable-use");
        let signed = trust.app.certificate_key.read(&certificate.token).unwrap();
        assert_eq!(signed.name, certificate.printed_name);
        assert!(!certificate.printed_name.contains("  "), "{}", certificate.printed_name);
        certificates::draw(&certificate, ADDRESS).unwrap();
    }
}

#[test]
fn somebody_goes_by_the_name_that_they_prefer() {
    let trust = Trust::new();
    let ben = trust.teacher("Benedict", "Reed", trust.oak);
    let preferred = Person { preferred_forename: "Ben".into(), preferred_surname: "Marsh".into(), ..ben.clone() };
    trust.act(move |act| people::correct_person(act, &preferred));
    assert_eq!(trust.passes(&ben, "acceptable-use").printed_name, "Ben Marsh");
}

// ── evidence

#[test]
fn nobody_changes_adds_or_removes_a_certificate_unseen() {
    let statements = [
        ("certificates", "UPDATE certificates SET printed_name = 'Eve Reed' WHERE id = 1"),
        ("certificates", "UPDATE certificates SET valid_until = '2099-10-31' WHERE id = 1"),
        ("certificates", "UPDATE certificates SET minutes = NULL WHERE id = 1"),
        (
            "certificates",
            "INSERT INTO certificates (number, person_id, kind, cycle, title, printed_name, trust_name, school_name, \
             content_version, completed_day, valid_until, token, issued_at) SELECT 'SM-26-0000000000', person_id, kind, \
             cycle, title, printed_name, trust_name, school_name, content_version, completed_day, valid_until, token, \
             issued_at FROM certificates WHERE id = 1",
        ),
        ("certificate_endings", "UPDATE certificate_endings SET kind = 'replaced' WHERE id = 1"),
        ("certificate_endings", "DELETE FROM certificate_endings WHERE id = 1"),
        (
            "certificate_endings",
            "INSERT INTO certificate_endings (certificate_id, kind, ended_at) VALUES (2, 'withdrawn', 1)",
        ),
        ("certificates", "DELETE FROM certificates WHERE id = 2"),
    ];
    let trust = Trust::new();
    let ben = trust.teacher("Ben", "Reed", trust.oak);
    let number = trust.passes(&ben, "acceptable-use").number;
    trust.passes(&ben, "data-protection");
    trust.act(move |act| certificates::withdraw(act, &number));
    let key = trust.app.evidence_key.signing_key().verifying_key();
    let complaints = |conn: &mut _| Ok(verify(conn, &key, &covered())?.complaints);
    assert_eq!(trust.app.read(complaints).unwrap(), Vec::<String>::new());
    for (table, statement) in statements {
        let found = trust.app.act(Actor::system(), move |act| {
            each_backend!(act.conn, |c| c.batch_execute(statement))?;
            let said = verify(act.conn, &key, &covered())?.complaints.join("; ");
            // The act is refused, so that the next statement finds all as it was.
            Err::<(), _>(Problem::refused(said))
        });
        let said = found.unwrap_err().to_string();
        assert!(said.contains(table), "{statement}: ‘{said}’");
    }
}

// ── visitors

#[test]
fn a_visitor_may_check_twenty_at_once_and_then_ten_a_minute() {
    let clock = Clock::set_at(at("2026-11-24", "09:14"));
    let visitors = Visitors::new(clock.clone());
    let (one, other) = ("192.0.2.1".parse().ok(), "192.0.2.2".parse().ok());
    let asks = |who, times: usize| (0..times).filter(|_| visitors.may_ask(who)).count();
    assert_eq!(asks(one, 30), 20);
    assert_eq!(asks(other, 5), 5);
    assert_eq!(asks(None, 30), 20);
    clock.set(at("2026-11-24", "09:15"));
    assert_eq!(asks(one, 30), 10);
    clock.set(at("2026-11-24", "10:15"));
    assert_eq!(asks(one, 30), 20);
}

#[test]
fn whoever_owns_a_whole_network_is_one_visitor() {
    let visitors = Visitors::new(Clock::set_at(at("2026-11-24", "09:14")));
    let theirs = (0..30).map(|host| format!("2001:db8:1:2::{host:x}").parse().ok());
    assert_eq!(theirs.filter(|address| visitors.may_ask(*address)).count(), 20);
    assert!(visitors.may_ask("2001:db8:1:3::1".parse().ok()));
    let mapped = (0..30).map(|_| "::ffff:192.0.2.9".parse().ok());
    assert_eq!(mapped.filter(|address| visitors.may_ask(*address)).count(), 20);
    assert!(!visitors.may_ask("192.0.2.9".parse().ok()));
}
