//! People as HR and line managers find them: who is seen, by which filters, with what, and what of another school never is.

use std::collections::BTreeMap;

use diesel::prelude::*;
use seamark::act::Act;
use seamark::app::App;
use seamark::assignments::{self, Completion, Means};
use seamark::attestations::rules::{Question, Typed};
use seamark::attestations::{self, NotYet};
use seamark::certificates;
use seamark::clock::{Clock, Day};
use seamark::config::Config;
use seamark::courses::{self, Kind};
use seamark::db::WriterOptions;
use seamark::evidence::{Actor, Draft};
use seamark::identity;
use seamark::mail::Letter;
use seamark::people::rules::{AccessRole, PostFlags, RoleGroup, Urn, WorkEmail};
use seamark::people::{self, NewPerson, NewPost, Person};
use seamark::problem::{Problem, Result};
use seamark::schema;
use seamark::settings;
use serde_json::json;

use crate::house::browser::{Browser, Page, attribute, tags};
use crate::house::{ADDRESS, Home, ORIGIN, TRUST, at};

const POLICY: &str = "social-media-policy";
const OAK: &str = "123456";
const ELM: &str = "654321";

/// A word that stands in everything of Elm's and nowhere else.
const CANARY: &str = "Zebra";

pub const COURSES: [&str; 5] =
    ["acceptable-use", "social-media-risks", "privacy-settings", "data-protection", "reporting-issues"];

/// A trust of two schools on 24 November 2026, with the usual seven things to do, due on 31 October. Helen is HR at Oak, Mo is
/// HR at Elm, Tess is HR of the trust. Priya and Ben teach at Oak, where Ana manages Ben; Elsie works at Elm; Sam at both.
pub struct Trust {
    pub app: App,
    pub clock: Clock,
    pub oak: i64,
    pub elm: i64,
    pub people: BTreeMap<&'static str, Person>,
    _home: Home,
}

impl Trust {
    pub fn new() -> Trust {
        let home = Home::new();
        let clock = Clock::set_at(at("2026-09-07", "09:14"));
        let said = BTreeMap::from([("SEAMARK_DATA".to_owned(), home.folder().to_str().unwrap().to_owned())]);
        let mut config = Config::read("", &said).unwrap();
        config.database = home.target.clone();
        let app = App::build_with(config, clock.clone(), WriterOptions::default(), None).unwrap();
        let library = app.library();
        let schools = app.act(Actor::system(), move |act| {
            let seeds = [(settings::TRUST_NAME, TRUST), (settings::LOG_ORIGIN, ORIGIN), (settings::ADDRESS, ADDRESS)];
            for (name, value) in seeds {
                settings::write(act.conn, act.now, None, name, value)?;
            }
            courses::store_contents(act, &library)?;
            assignments::programme(act, &library.programme, day("2025-09-01"))?;
            let oak = people::add_school(act, &Urn::parse(OAK).unwrap(), "Oak Primary")?;
            Ok([oak, people::add_school(act, &Urn::parse(ELM).unwrap(), "Zebra Academy")?])
        });
        let [oak, elm] = schools.unwrap();
        seamark::app::read_house(&app.desk).unwrap();
        let mut trust = Trust { app, clock, oak, elm, people: BTreeMap::new(), _home: home };
        trust.lists("Helen", "Nair", oak, "Office manager");
        trust.lists("Mo", "Zebra", elm, "Zebra officer");
        trust.lists("Tess", "Adeyemi", oak, "Head of people");
        trust.lists("Ana", "Reyes", oak, "Head of year");
        trust.lists("Priya", "Nair", oak, "Teacher of music");
        trust.lists("Ben", "Żółkiewski", oak, "Site manager");
        trust.lists("Elsie", "Zebrawood", elm, "Zebra keeper");
        trust.lists("Sam", "O’Leary", oak, "Peripatetic teacher");
        trust.gives("Helen", AccessRole::HR, Some(oak));
        trust.gives("Mo", AccessRole::HR, Some(elm));
        trust.gives("Tess", AccessRole::HR, None);
        trust.works_also_at_elm("Sam");
        trust.answers_to("Ben", "Ana");
        trust.it_is("2026-11-24", "09:14");
        trust
    }

    pub fn act<T: Send + 'static>(&self, verb: impl Fn(&mut Act) -> Result<T> + Send + 'static) -> T {
        self.app.act(Actor::system(), verb).unwrap()
    }

    pub fn it_is(&self, day: &str, time: &str) {
        self.clock.set(at(day, time));
    }

    pub fn person(&self, name: &str) -> Person {
        self.people[name].clone()
    }

    pub fn browser(&self, name: &str) -> Browser<'_> {
        Browser::of(&self.app, self.people[name].id)
    }

    /// The address of somebody's page.
    pub fn page_of(&self, name: &str) -> String {
        format!("/people/{}", self.people[name].id)
    }

    pub fn lists(&mut self, forename: &'static str, surname: &str, school: i64, job: &str) {
        let email = WorkEmail::parse(&format!("{}@saltmarsh.example", forename.to_lowercase())).unwrap();
        let new = NewPerson {
            forename: forename.into(),
            surname: surname.into(),
            work_email: Some(email),
            ..NewPerson::default()
        };
        let post = post(school, job);
        let person = self.act(move |act| {
            let person = people::add_person(act, &new)?;
            people::add_post(act, &person, &post)?;
            assignments::reconcile(act, &[person.id])?;
            Ok(person)
        });
        self.people.insert(forename, person);
    }

    pub fn gives(&self, name: &str, role: AccessRole, school: Option<i64>) {
        let person = self.person(name);
        self.act(move |act| identity::grant(act, &person, role, school, day("2026-09-01"), None));
    }

    fn works_also_at_elm(&self, name: &str) {
        let (person, post) = (self.person(name), post(self.elm, "Zebra teacher"));
        self.act(move |act| people::add_post(act, &person, &post));
    }

    pub fn answers_to(&self, name: &str, manager: &str) {
        let (person, manager) = (self.person(name), self.person(manager).id);
        self.act(move |act| {
            let record = people::posts_of(act.conn, &[person.id])?.remove(0);
            let new = NewPost { manager: Some(manager), ..NewPost::from(&record) };
            people::correct_post(act, &person, record.post.id, &new)
        });
    }

    /// Completes one of the seven now, with the certificate that it earns.
    pub fn does(&self, name: &str, slug: &'static str) {
        let (person, key) = (self.person(name), self.app.certificate_key.clone());
        self.act(move |act| {
            let (kind, means) = match slug {
                "privacy-check" => (Kind::Checklist, Means::SelfCheck),
                POLICY => (Kind::Policy, Means::Attestation),
                _ => (Kind::Course, Means::PassedAttempt),
            };
            let assignment = assignments::assignment_for(act.conn, person.id, kind, slug, act.now)?;
            let content_version = "7c1e90ab44d01f7e".to_owned();
            let completion = Completion { means, content_version, at: act.now, connection_recorded: false };
            let completed = assignments::complete(act, assignment.id, &completion)?;
            let entry = completed.in_entry(Draft::new("done")?)?;
            act.record(entry);
            certificates::after_completion(act, &key, assignment.id, slug, Some(20)).map(|_| ())
        });
    }

    pub fn does_everything(&self, name: &str) {
        COURSES.into_iter().chain(["privacy-check", POLICY]).for_each(|slug| self.does(name, slug));
    }

    /// Does all but signing, and asks about a statement.
    pub fn asks(&self, name: &str, words: &'static str) {
        COURSES.into_iter().chain(["privacy-check"]).for_each(|slug| self.does(name, slug));
        let (person, library) = (self.person(name), self.app.library());
        self.act(move |act| {
            let Typed::Question(question) = Question::read(words, true) else { return Err(Problem::NotFound) };
            let asked = NotYet::Question(question);
            attestations::open_query(act, &library, &person, POLICY, "pupil-contact", &asked)
        });
    }

    fn finishes_a_try(&self, name: &str, slug: &'static str, passed: bool) {
        let person = self.person(name).id;
        self.act(move |act| {
            use schema::attempts as a;
            let assignment = assignments::assignment_for(act.conn, person, Kind::Course, slug, act.now)?;
            diesel::insert_into(a::table)
                .values((
                    a::assignment_id.eq(assignment.id),
                    a::content_version.eq("7c1e90ab44d01f7e"),
                    a::number.eq(1),
                    a::seed.eq(1),
                    a::drawn.eq("[]"),
                    a::started_at.eq(act.now.0),
                    a::finished_at.eq(act.now.0),
                    a::right_answers.eq(5),
                    a::passed.eq(passed),
                ))
                .execute(act.conn)?;
            Ok(())
        });
    }
}

fn post(school: i64, job: &str) -> NewPost {
    NewPost {
        school,
        job_title: job.into(),
        role_group: RoleGroup::Teacher,
        employment_type: String::new(),
        fte_basis_points: None,
        term_time_only: None,
        flags: PostFlags::default(),
        from: day("2020-09-01"),
        until: None,
        manager: None,
        manager_named: None,
    }
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The names in a list, in its order.
fn names(page: &Page) -> Vec<String> {
    let words = page.words();
    let rows = words.split("<th scope=\"row\">").skip(1);
    rows.map(|row| row.split('>').nth(1).unwrap().split('<').next().unwrap().replace("&#x27;", "’")).collect()
}

fn heading(page: &Page) -> String {
    page.words().split("<h1").nth(1).unwrap().split_once('>').unwrap().1.split('<').next().unwrap().trim().to_owned()
}

// ── who is seen

#[test]
fn a_schools_hr_see_their_own_people_and_those_they_share() {
    let trust = Trust::new();
    let helen = trust.browser("Helen");
    let page = helen.opens("/people");
    assert_eq!(heading(&page), "6 people");
    assert_eq!(
        names(&page),
        ["Adeyemi, Tess", "Nair, Helen", "Nair, Priya", "O’Leary, Sam", "Reyes, Ana", "Żółkiewski, Ben"]
    );
    assert_eq!(heading(&trust.browser("Tess").opens("/people")), "8 people");
    assert_eq!(heading(&trust.browser("Mo").opens("/people")), "3 people");
}

#[test]
fn whoever_is_out_of_sight_does_not_exist() {
    let trust = Trust::new();
    let helen = trust.browser("Helen");
    for address in [trust.page_of("Elsie"), "/people/999999".into(), format!("/people?school={ELM}")] {
        assert_eq!(helen.opens(&address).status, 404, "{address}");
    }
    for asked in ["status=perfect", "requirement=juggling", "group=wizard"] {
        assert_eq!(helen.opens(&format!("/people?{asked}")).status, 404, "{asked}");
    }
    assert_eq!(trust.browser("Mo").opens(&trust.page_of("Elsie")).status, 200);
    for address in ["/people", "/people.csv", &trust.page_of("Priya")] {
        assert_eq!(trust.browser("Priya").opens(address).status, 404, "{address}");
        assert_eq!(Browser::stranger(&trust.app).opens(address).status, 303, "{address}");
    }
}

#[test]
fn whoever_leaves_goes_from_the_list_and_is_still_found_by_name() {
    let trust = Trust::new();
    let ben = trust.person("Ben");
    trust.act(move |act| people::leave(act, &ben, day("2026-10-30")));
    let helen = trust.browser("Helen");
    assert!(!names(&helen.opens("/people")).contains(&"Żółkiewski, Ben".to_owned()));
    assert_eq!(names(&helen.opens("/people?status=no-post")), ["Żółkiewski, Ben"]);
    let found = helen.opens("/people?q=zolk");
    assert_eq!(names(&found), ["Żółkiewski, Ben"]);
    assert!(found.says("Left 30 October 2026"));
    let page = helen.opens(&trust.page_of("Ben"));
    assert!(page.says("Last day at Oak Primary set to 30 October 2026"), "{}", page.words());
}

// ── filters

#[test]
fn filters_live_in_the_address_and_say_what_they_found() {
    let trust = Trust::new();
    trust.does_everything("Priya");
    trust.does("Ben", "acceptable-use");
    trust.asks("Sam", "May I follow the account of a club?");
    let helen = trust.browser("Helen");
    let found = |asked: &str| {
        let page = helen.opens(&format!("/people?{asked}"));
        (heading(&page), names(&page))
    };
    assert_eq!(found("status=up-to-date"), ("1 person is up to date".into(), vec!["Nair, Priya".into()]));
    assert_eq!(found("status=waiting"), ("1 person is waiting for an answer".into(), vec!["O’Leary, Sam".into()]));
    assert_eq!(found("status=overdue").0, "4 people are overdue");
    assert_eq!(
        found("status=overdue&requirement=acceptable-use").0,
        "3 people are overdue: Acceptable use of social media"
    );
    let (heading, two) = found("requirement=social-media-policy&status=up-to-date");
    assert_eq!((heading.as_str(), two.len()), ("1 person has done: the social media policy", 1));
    assert_eq!(found("q=nair").1, ["Nair, Helen", "Nair, Priya"]);
    assert_eq!(found("q=nair+pri").1, ["Nair, Priya"]);
    assert_eq!(found("q=OLEARY").1, ["O’Leary, Sam"]);
    assert_eq!(found("q=ben%40saltmarsh").1, ["Żółkiewski, Ben"]);
    assert_eq!(found("q=nobody"), ("0 people for “nobody”".into(), Vec::<String>::new()));
    assert_eq!(found("group=catering").1.len(), 0);
}

#[test]
fn a_sign_that_is_in_no_name_finds_nobody_and_one_in_an_email_finds_whose_it_is() {
    let mut trust = Trust::new();
    let oak = trust.oak;
    trust.lists("Una_May", "Reed", oak, "Teacher");
    let helen = trust.browser("Helen");
    for sign in ["%25", "%25%25", "-", "%2F", "*"] {
        let page = helen.opens(&format!("/people?q={sign}"));
        assert_eq!(names(&page), Vec::<String>::new(), "{sign}: {}", heading(&page));
    }
    assert_eq!(names(&helen.opens("/people?q=_")), ["Reed, Una_May"]);
    assert_eq!(heading(&helen.opens("/people?q=saltmarsh.example")), "7 people for “saltmarsh.example”");
}

#[test]
fn two_people_who_would_look_alike_in_the_list_are_told_apart() {
    let trust = Trust::new();
    let twin = |email: &str, from: &str| {
        let new = NewPerson {
            forename: "Priya".into(),
            surname: "Nair".into(),
            work_email: WorkEmail::parse(email).ok(),
            ..NewPerson::default()
        };
        let job = NewPost { from: day(from), ..post(trust.oak, "Teacher of music") };
        trust.act(move |act| people::list_person(act, &new, "", &job));
    };
    assert!(!trust.browser("Helen").opens("/people").says("from 1 September 2020"));
    twin("p.nair@saltmarsh.example", "2024-09-01");
    let page = trust.browser("Helen").opens("/people");
    for job in ["Teacher of music, from 1 September 2020", "Teacher of music, from 1 September 2024"] {
        assert!(page.says(job), "{}", page.words());
    }
    twin("", "2024-09-01");
    let page = trust.browser("Helen").opens("/people?q=nair");
    for mark in ["music, priya@saltmarsh.example", "music, p.nair@saltmarsh.example", "music, no work email"] {
        assert!(page.says(mark), "{mark}: {}", page.words());
    }
}

#[test]
fn a_new_starter_with_something_due_within_14_days_is_found_and_can_be_reminded() {
    let trust = Trust::new();
    trust.it_is("2026-11-10", "09:14");
    let new = NewPerson {
        forename: "Noor".into(),
        surname: "Haddad".into(),
        work_email: Some(WorkEmail::parse("noor@saltmarsh.example").unwrap()),
        ..NewPerson::default()
    };
    let began = NewPost { from: day("2026-11-10"), ..post(trust.oak, "Teacher") };
    trust.act(move |act| {
        let noor = people::list_person(act, &new, "", &began)?;
        assignments::reconcile(act, &[noor.id]).map(|_| ())
    });
    let none = trust.browser("Helen").opens("/people?status=due-soon");
    assert_eq!(heading(&none), "0 people have something due within 14 days");
    trust.it_is("2026-11-24", "09:14");
    let helen = trust.browser("Helen");
    let soon = helen.opens("/people?status=due-soon");
    assert_eq!(heading(&soon), "1 person has something due within 14 days");
    assert_eq!(names(&soon), ["Haddad, Noor"]);
    assert!(soon.says("New starter"));
    assert!(names(&helen.opens("/people?status=not-counted")).contains(&"Haddad, Noor".to_owned()));
    assert!(helen.opens("/chase?status=due").says("Haddad, Noor"));
}

#[test]
fn a_long_list_has_pages_that_keep_the_filters() {
    let mut trust = Trust::new();
    let oak = trust.oak;
    for surname in 0..30 {
        let name: &'static str = Box::leak(format!("Kit{surname}").into_boxed_str());
        trust.lists(name, &format!("Reed {surname:02}"), oak, "Teacher");
    }
    let helen = trust.browser("Helen");
    let first = helen.opens("/people?q=reed");
    assert_eq!(names(&first).len(), 25);
    assert!(first.says("1 to 25 of 30") && first.says("/people?q&#x3D;reed&amp;page&#x3D;2"), "{}", first.words());
    let second = helen.opens("/people?q=reed&page=2");
    assert!(second.says("26 to 30 of 30"));
    assert_eq!(names(&second).first().unwrap(), "Reed 25, Kit25");
    assert_eq!(names(&helen.opens("/people?q=reed&page=99")), names(&second));
}

// ── line managers

#[test]
fn a_line_manager_sees_how_things_stand_and_nothing_that_was_asked_or_marked() {
    let trust = Trust::new();
    trust.finishes_a_try("Ben", "data-protection", false);
    trust.asks("Ben", "May I follow the account of a club?");
    let ana = trust.browser("Ana");
    let list = ana.opens("/people");
    assert_eq!(heading(&list), "1 of your 1 person has something to do");
    assert_eq!(names(&list), ["Żółkiewski, Ben"]);
    assert!(!list.says("Waiting") && list.says("On the way") && list.says("Oak Primary"), "{}", list.words());
    for never in ["waiting", "no-post"] {
        assert_eq!(ana.opens(&format!("/people?status={never}")).status, 404);
    }
    assert_eq!(names(&ana.opens("/people?status=on-the-way")), ["Żółkiewski, Ben"]);
    let page = ana.opens(&trust.page_of("Ben"));
    assert!(page.says(">Open</span>") && page.says("Still open."), "{}", page.words());
    for never in
        ["question", "club", "What happened", "tries", "try", "saltmarsh.example", "On a certain day", "version"]
    {
        assert!(!page.says(never), "{never}: {}", page.words());
    }
    let file = ana.opens("/people.csv").words();
    assert!(file.contains("open") && !file.contains("query") && !file.contains("saltmarsh.example"), "{file}");
    assert_eq!(ana.opens(&trust.page_of("Priya")).status, 404);
    assert_eq!(ana.opens(&trust.page_of("Ana")).status, 404);
}

// ── one person

#[test]
fn a_persons_page_says_what_was_done_on_which_version_and_never_a_mark() {
    let trust = Trust::new();
    trust.it_is("2026-10-05", "10:00");
    trust.finishes_a_try("Priya", "data-protection", false);
    trust.does("Priya", "data-protection");
    trust.it_is("2026-11-24", "09:14");
    let page = trust.browser("Helen").opens(&trust.page_of("Priya"));
    assert!(page.says("Passed on 5 October 2026, version 7c1e 90ab 44d0 1f7e"), "{}", page.words());
    assert!(page.says("1 try") && page.says("Came onto the staff list"));
    assert!(page.says("Post recorded: Teacher of music at Oak Primary, from 1 September 2020"));
    assert!(!page.says("5 of 8") && !page.says("of 8"));
}

#[test]
fn nobody_else_learns_that_somebody_has_tried_and_not_passed() {
    let trust = Trust::new();
    trust.finishes_a_try("Priya", "data-protection", false);
    let page = trust.browser("Tess").opens(&trust.page_of("Priya"));
    assert!(page.says("Data protection") && page.says("Came onto the staff list"));
    assert!(!page.says("Did not pass") && !page.says(" try"), "{}", page.words());
}

#[test]
fn what_was_true_on_a_day_can_be_asked() {
    let trust = Trust::new();
    trust.it_is("2026-10-05", "10:00");
    trust.does("Priya", "data-protection");
    trust.it_is("2026-11-24", "09:14");
    let helen = trust.browser("Helen");
    let asked = |day: &str| helen.opens(&format!("{}?what=data-protection&day={day}", trust.page_of("Priya")));
    assert!(asked("05/10/2026").says("Yes."));
    assert!(asked("05/10/2026").says("It held on 5 October 2026."));
    let before = asked("04/10/2026");
    assert!(before.says("<b>No.</b>") && before.says("due on 2 November 2026"), "{}", before.words());
    assert!(asked("01/03/2020").says("Not asked."));
    let (nonsense, future) = (asked("soon"), asked("25/11/2026"));
    assert_eq!((nonsense.status, future.status), (422, 422));
    assert!(nonsense.says("such as 24/11/2026") && future.says("Choose today or an earlier day"));
}

#[test]
fn the_answer_about_a_day_stands_above_all_that_happened_and_is_led_to() {
    let trust = Trust::new();
    let page = trust.browser("Helen").opens(&format!("{}?what=data-protection&day=24/11/2026", trust.page_of("Priya")));
    let words = page.words().replace("&#x3D;", "=");
    let place = |of: &str| words.find(of).unwrap_or_else(|| panic!("{of}: {words}"));
    assert!(place("id=\"certain-day\"") < place("<b>No.</b>") && place("<b>No.</b>") < place("What happened"));
    assert!(words.contains(&format!("action=\"{}#certain-day\"", trust.page_of("Priya"))));
}

#[test]
fn whoever_has_left_is_asked_nothing_and_cannot_be_away() {
    let trust = Trust::new();
    let (helen, ben, address) = (trust.browser("Helen"), trust.person("Ben"), trust.page_of("Ben"));
    let away = format!("href=\"{address}/pause\"");
    assert!(helen.opens(&address).says(&away));
    trust.act(move |act| {
        people::leave(act, &ben, day("2026-11-20"))?;
        assignments::reconcile(act, &[ben.id]).map(|_| ())
    });
    let page = helen.opens(&address);
    assert!(page.says("Nothing is asked any more.") && !page.says("Due, and why"), "{}", page.words());
    assert!(!page.says(&away) && page.says("Correct or leave"));
}

#[test]
fn a_last_day_shows_where_it_was_set_and_can_be_taken_back() {
    let trust = Trust::new();
    let (helen, person) = (trust.browser("Helen"), trust.page_of("Ben"));
    let (address, leave) = (format!("{person}/correct"), format!("{person}/leave"));
    let post = |page: &Page| attribute(&tags(&page.form(&leave), "option")[0], "value").unwrap();
    let page = helen.opens(&address);
    assert!(!page.says("Take it back"));
    let done = helen.fills_in(&page, &leave, &[("post", &post(&page)), ("last_day", "18/12/2026")]);
    assert_eq!(done.status, 303, "{}", done.words());
    let page = helen.opens(&address);
    assert!(page.says("Site manager, Oak Primary: the last day is <b>18 December 2026</b>."), "{}", page.words());
    assert!(page.says("value=\"18/12/2026\""));
    trust.it_is("2026-11-24", "09:20");
    for _ in 0..2 {
        assert_eq!(helen.fills_in(&page, &leave, &[]).location, Some(person.clone()));
    }
    let page = helen.opens(&person);
    assert!(page.says("Last day at Oak Primary taken back"), "{}", page.words());
    assert!(!helen.opens(&address).says("Take it back"));

    // Of somebody who has left already, the last job can go on.
    let ben = trust.person("Ben");
    trust.act(move |act| people::leave(act, &ben, day("2026-11-20")));
    let page = helen.opens(&address);
    assert!(page.says("the last day is <b>20 November 2026</b>") && !page.says("Which job?"), "{}", page.words());
    assert_eq!(helen.fills_in(&page, &leave, &[]).status, 303);
    assert!(!helen.opens(&person).says("Left 20 November"));
}

#[test]
fn a_question_is_answered_on_the_persons_page() {
    let trust = Trust::new();
    trust.asks("Priya", "May I follow the account of a club?");
    let (helen, address) = (trust.browser("Helen"), trust.page_of("Priya"));
    let page = helen.opens(&address);
    assert!(page.says("May I follow the account of a club?"));
    let form = page.tags("form").into_iter().find(|tag| tag.contains("/queries/")).unwrap();
    let action = attribute(&form, "action").unwrap();
    let query = action.rsplit('/').next().unwrap().to_owned();
    let answer = format!("answer-{query}");
    let closed = helen.fills_in(&page, &action, &[(&answer, "Yes, if it is not run by pupils.")]);
    let page = helen.follows(&closed);
    assert!(page.says("The question was answered") && page.says("by Helen Nair"), "{}", page.words());
    assert!(!page.says("/queries/"));
}

#[test]
fn what_a_shared_person_asks_is_read_and_answered_where_their_main_post_is() {
    let trust = Trust::new();
    trust.asks("Sam", "May I follow the account of a club?");
    let page_of_sam = trust.page_of("Sam");
    let page = trust.browser("Helen").opens(&page_of_sam);
    let form = page.tags("form").into_iter().find(|tag| tag.contains("/queries/")).unwrap();
    let action = attribute(&form, "action").unwrap();
    assert!(
        page.says("May I follow the account of a club?") && trust.browser("Tess").opens(&page_of_sam).says("a club?")
    );

    let mo = trust.browser("Mo");
    let page = mo.opens(&page_of_sam);
    assert!(page.says(">Query open</span>") && page.says("It is read and answered by HR where their main post is."));
    for hidden in ["club", "/queries/", "Oak", "contact with pupils"] {
        assert!(!page.says(hidden), "{hidden}: {}", page.words());
    }
    let own = page.hidden("/sign-out");
    let answer = (format!("answer-{}", action.rsplit('/').next().unwrap()), "Yes.".to_owned());
    assert_eq!(mo.posts(&action, &[&own[..], &[answer]].concat()).status, 404);
    assert!(trust.browser("Helen").opens(&page_of_sam).says("/queries/"), "it is open still");
    assert!(
        mo.opens("/people?status=waiting").says("O&#x27;Leary") || mo.opens("/people?status=waiting").says("O’Leary")
    );

    // The post at Oak ends, and so the one at Elm is the main one.
    let sam = trust.person("Sam");
    let oak = trust.oak;
    trust.act(move |act| {
        let posts = people::posts_of(act.conn, &[sam.id])?;
        let post = posts.iter().find(|record| record.school == oak).unwrap();
        people::end_post(act, &sam, post, day("2026-11-23"))
    });
    assert!(mo.opens(&page_of_sam).says("May I follow the account of a club?"));
    assert_eq!(trust.browser("Helen").opens(&page_of_sam).status, 404);
}

#[test]
fn somebody_is_exempted_after_a_look_at_what_it_changes_and_asked_again() {
    let trust = Trust::new();
    let (helen, person) = (trust.browser("Helen"), trust.page_of("Priya"));
    let page = helen.opens(&person);
    let links = page.tags("a").into_iter().filter_map(|tag| attribute(&tag, "href"));
    let address = links.into_iter().find(|href| href.contains("/assignments/")).unwrap();
    let form = helen.opens(&address);
    assert!(form.says("Acceptable use of social media: exempt"), "{}", form.words());
    let wrong = helen.fills_in(&form, &address, &[("what", "this"), ("until", "01/01/2020"), ("reason", "")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.says("Say why, in a few words") && wrong.says("Choose today or a later day"));
    let essay = "Did it elsewhere ".repeat(20).trim().to_owned();
    let long = helen.fills_in(&form, &address, &[("what", "this"), ("until", ""), ("reason", &essay)]);
    assert!(long.status == 422 && long.says("The reason has 339 characters. Use at most 200") && long.says(&essay));
    let preview = helen.fills_in(&form, &address, &[("what", "this"), ("until", ""), ("reason", "Did it elsewhere")]);
    assert!(preview.says("From today until 31 August 2027 Priya Nair does not have to do this"), "{}", preview.words());
    assert!(!helen.opens(&person).says(">Exempt</span>"), "nothing happens before it is confirmed");
    let done = helen.fills_in(&preview, &format!("{address}/exempt"), &[]);
    let page = helen.follows(&done);
    assert!(page.says(">Exempt</span>") && page.says("Did it elsewhere") && page.says("by Helen Nair"));
    let again = helen.fills_in(&helen.opens(&address), &format!("{address}/again"), &[]);
    assert!(!helen.follows(&again).says(">Exempt</span>"));
    assert_eq!(trust.browser("Mo").opens(&address).status, 404);
    let own = trust.page_of("Helen");
    let links = helen.opens(&own).tags("a").into_iter().filter_map(|tag| attribute(&tag, "href"));
    let address = links.into_iter().find(|href| href.contains("/assignments/")).unwrap();
    assert_eq!(helen.opens(&address).status, 403, "nobody exempts themselves");
}

// ── the file

#[test]
fn the_file_holds_what_is_seen_and_no_formula() {
    let mut trust = Trust::new();
    let oak = trust.oak;
    trust.it_is("2026-09-07", "09:14");
    trust.lists("Eve", "=HYPERLINK(\"http://x\")", oak, "+Teacher");
    trust.it_is("2026-10-05", "10:00");
    trust.does("Eve", "acceptable-use");
    trust.it_is("2026-11-24", "09:14");
    let page = trust.browser("Helen").opens("/people.csv?q=hyperlink");
    assert_eq!(page.content_type, "text/csv; charset=utf-8");
    assert_eq!(&page.body[..3], "\u{feff}".as_bytes());
    let words = page.words();
    let lines: Vec<&str> = words.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert!(lines[0].starts_with("Last name,First name,Work email,School,Job,Role group,Status,"));
    let wanted = "\"'=HYPERLINK(\"\"http://x\"\")\",Eve,eve@saltmarsh.example,Oak Primary,'+Teacher,teacher,Overdue";
    assert!(lines[1].starts_with(wanted), "{}", lines[1]);
    assert!(lines[1].contains("completed,02/11/2026,05/10/2026"), "{}", lines[1]);
    assert_eq!(lines.len(), 3);
}

// ── what of another school is never seen

#[test]
fn nothing_of_one_school_is_in_any_byte_that_anothers_hr_get() {
    let trust = Trust::new();
    let (sam, mo, elm) = (trust.person("Sam"), trust.person("Mo"), trust.elm);
    trust.does("Sam", "acceptable-use");
    trust.finishes_a_try("Sam", "data-protection", false);
    trust.asks("Sam", "May I follow the account of a club?");
    let (person, giver) = (sam.clone(), mo.clone());
    let hr =
        Actor { person: Some(mo.id), pseudonym: Some(mo.pseudonym.clone()), capacity: "hr", method: "link".into() };
    let given = trust.app.act(hr, move |act| {
        assignments::exempt(act, &person, None, "Does it at Zebra Academy", day("2026-11-20"), None)?;
        people::pause(act, &person, day("2026-12-01"), Some(day("2026-12-04")))?;
        plant(act, &person, &giver, elm)
    });
    given.unwrap();
    let helen = trust.browser("Helen");
    let mut addresses = vec!["/people".to_owned(), "/people.csv".to_owned()];
    for status in ["up-to-date", "overdue", "waiting", "on-the-way", "due-soon", "not-counted", "no-post"] {
        addresses.push(format!("/people?status={status}"));
        addresses.push(format!("/people.csv?status={status}&requirement=data-protection"));
    }
    addresses.extend(["/people?q=zeb".to_owned(), "/people?q=sam".into(), "/people?page=2".into()]);
    for name in trust.people.keys() {
        let page = trust.page_of(name);
        addresses.push(format!("{page}?older=1"));
        addresses.push(format!("{page}?what=data-protection&day=24/11/2026"));
        addresses.push(page);
    }
    for address in addresses {
        let page = helen.opens(&address);
        let words = page.words();
        assert!(page.status == 200 || page.status == 404, "{address}: {}", page.status);
        let without_what_was_typed = words.replace("“zeb”", "").replace("value=\"zeb\"", "");
        assert!(!without_what_was_typed.to_lowercase().contains(&CANARY.to_lowercase()), "{address}: {words}");
    }
    let seen_whole = trust.browser("Tess").opens(&format!("{}?older=1", trust.page_of("Sam"))).words();
    for planted in ["Zebra teacher at Zebra Academy", "Does it at Zebra Academy", "by Mo Zebra", "ZEBRA-17"] {
        assert!(seen_whole.contains(planted), "the trust's HR see {planted}: {seen_whole}");
    }
}

#[test]
fn hr_reminds_one_person_of_what_is_not_yet_late_from_their_page() {
    let trust = Trust::new();
    trust.it_is("2026-10-05", "10:00");
    let helen = trust.browser("Helen");
    let page = helen.opens(&trust.page_of("Priya"));
    let remind =
        page.tags("a").iter().filter_map(|tag| attribute(tag, "href")).find(|to| to.starts_with("/chase?person"));
    let chase = helen.opens(&remind.unwrap().replace("&#x3D;", "="));
    assert!(chase.says("Remind Priya Nair?") && !chase.says("Ben"), "{}", chase.words());
    let preview = helen.fills_in(&chase, "/chase/preview", &[("person", &trust.person("Priya").id.to_string())]);
    assert!(preview.says("1 letter, 0 people left out") && preview.says("Sign the social media policy"));
    assert!(!helen.opens("/chase").says("Priya"), "she is not late");
    let elsie = helen.opens(&format!("/chase?person={}", trust.person("Elsie").id));
    assert!(!elsie.says("Elsie") && !elsie.says(CANARY), "{}", elsie.words());
}

/// A chase by Elm's HR, a reference of Elm's, and an import of Elm's file.
fn plant(act: &mut Act, person: &Person, mo: &Person, elm: i64) -> Result<()> {
    let letter = Letter {
        kind: "reminder",
        person: Some(person.id),
        recipient: "sam@saltmarsh.example".into(),
        recipient_name: person.name(),
        values: json!({}),
        not_before: act.now,
    };
    let outbox = act.post(&letter)?;
    diesel::update(schema::outbox::table.find(outbox)).set(schema::outbox::sent_at.eq(act.now.0)).execute(act.conn)?;
    let chase: i64 = diesel::insert_into(schema::chases::table)
        .values((
            schema::chases::chased_by.eq(mo.id),
            schema::chases::chased_at.eq(act.now.0),
            schema::chases::letters.eq(1),
        ))
        .returning(schema::chases::id)
        .get_result(act.conn)?;
    diesel::insert_into(schema::chase_letters::table)
        .values((
            schema::chase_letters::chase_id.eq(chase),
            schema::chase_letters::person_id.eq(person.id),
            schema::chase_letters::outbox_id.eq(outbox),
        ))
        .execute(act.conn)?;
    diesel::insert_into(schema::staff_references::table)
        .values((
            schema::staff_references::person_id.eq(person.id),
            schema::staff_references::source.eq(format!("school:{elm}")),
            schema::staff_references::reference.eq("ZEBRA-17"),
        ))
        .execute(act.conn)?;
    Ok(())
}
