//! What learners expect: words that open in place, a say without a name, their own past tries, and the sets that are theirs.

use diesel::prelude::*;
use seamark::attempts::rules::draw;
use seamark::attempts::{self, opinions};
use seamark::courses::Kind;
use seamark::evidence;
use seamark::people::rules::{PostFlags, RoleGroup};
use seamark::people::{self, NewPerson, NewPost, Person};
use seamark::{assignments, attestations, schema};

use crate::attempts_room::{example, form};
use crate::attestations_room::{POLICY, Trust};
use crate::house::at;
use crate::house::browser::{Browser, Page, attribute};

const SLUG: &str = "acceptable-use";

impl Trust {
    /// Goes through the questions of a course with so many wrong answers; gives the attempt's id.
    fn answers_all(&self, person: &Person, misses: usize) -> i64 {
        self.answers_all_drawn(person, misses, 1)
    }

    /// The same with the seed of the draw.
    fn answers_all_drawn(&self, person: &Person, misses: usize, seed: i64) -> i64 {
        let (assignment, course) =
            (self.assignment(person, Kind::Course, SLUG), self.app.library().course(SLUG).unwrap());
        let begun = {
            let course = course.clone();
            self.act(move |act| attempts::begin_or_resume_drawn(act, &assignment, &course, seed))
        };
        for place in 0..begun.drawn.len() {
            let question = begun.question(&course, place).unwrap();
            let sent = form(question, &begun.shown(&course, place).unwrap(), &example(question, place >= misses));
            let (library, key) = (self.app.library(), self.app.certificate_key.clone());
            let (person, id) = (person.id, begun.id);
            self.act(move |act| attempts::answer(act, &library, &key, person, id, place, &sent));
        }
        begun.id
    }

    /// Somebody new at one of the schools.
    fn lists(&self, name: &'static str, role_group: RoleGroup, flags: PostFlags) -> Person {
        let school = self.app.read(people::schools).unwrap()[0].id;
        self.act(move |act| {
            let new = NewPerson { forename: name.into(), surname: "Ash".into(), ..NewPerson::default() };
            let person = people::add_person(act, &new)?;
            let post = NewPost {
                school,
                job_title: role_group.to_string(),
                role_group,
                employment_type: String::new(),
                fte_basis_points: None,
                term_time_only: None,
                flags,
                from: "2020-09-01".parse().unwrap(),
                until: None,
                manager: None,
                manager_named: None,
            };
            people::add_post(act, &person, &post)?;
            assignments::reconcile(act, &[person.id])?;
            Ok(person)
        })
    }

    fn sets_of(&self, person: &Person) -> Vec<String> {
        let (now, person) = (self.clock.now(), person.id);
        let signing =
            self.app.read(|conn| attestations::signing(conn, &self.app.library(), person, POLICY, now)).unwrap();
        let mut sets: Vec<String> = signing.statements.into_iter().map(|(statement, _)| statement.set).collect();
        sets.dedup();
        sets
    }

    fn opinions(&self) -> Vec<(String, String, String, i32)> {
        use schema::opinions as o;
        self.app
            .read(|conn| Ok(o::table.order(o::id).select((o::week, o::about, o::said, o::times)).load(conn)?))
            .unwrap()
    }
}

// ── words

#[test]
fn a_word_opens_in_place_without_script_and_all_stand_on_one_page() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let course = trust.app.library().course(SLUG).unwrap();
    let page = course.pages.iter().find(|page| !page.prose.terms.is_empty()).unwrap();
    let seen = priya.opens(&format!("/courses/{SLUG}/{}", page.name));
    let key = &page.prose.terms[0].key;
    assert!(seen.says(&format!("popovertarget=\"means-{key}\"")), "{}", seen.words());
    assert!(seen.says(&format!("popover id=\"means-{key}\"")) && seen.says(&format!("id=\"word-{key}\"")));
    assert!(!seen.says("<script"));
    let glossary = priya.opens("/glossary");
    assert_eq!(glossary.status, 200);
    for term in trust.app.library().glossary.0.keys() {
        assert!(glossary.says(&format!("id=\"word-{term}\"")), "{term}");
    }
}

// ── a say without a name

#[test]
fn two_questions_at_the_end_are_counted_without_person_account_or_time() {
    let trust = Trust::new();
    let (priya, address) = (trust.browser(&trust.priya), "/courses/acceptable-use/opinion");
    let before = trust.app.read(evidence::size).unwrap();
    let page = priya.opens(address);
    assert!(
        page.says("Tell one of these people today") && page.says("Designated safeguarding lead"),
        "it shows the card"
    );
    assert!(page.tags("textarea").is_empty(), "it cannot carry a concern");
    let nothing = sends(&priya, &page, address, &[("worth", ""), ("clear", "")]);
    assert!(nothing.status == 422 && nothing.says("Choose an answer to at least one"), "{}", nothing.words());
    for said in [&[("worth", "yes"), ("clear", "mostly")][..], &[("worth", "yes"), ("clear", "")]] {
        let page = priya.opens(address);
        for _ in 0..2 {
            assert_eq!(sends(&priya, &page, address, said).status, 303, "sent twice, counted once");
        }
    }
    let counted: Vec<_> = trust.opinions();
    let week = "2026-09-14".to_owned();
    assert_eq!(
        counted,
        [(week.clone(), "worth".into(), "yes".into(), 2), (week, "clear".into(), "mostly".into(), 1)],
        "the Monday of the week and nothing finer"
    );
    assert_eq!(trust.app.read(evidence::size).unwrap(), before, "nothing goes into the log");
    use schema::once_keys as o;
    let kept: Vec<(i64, String, i64)> =
        trust.app.read(|conn| Ok(o::table.select((o::person_id, o::leads_to, o::kept_until)).load(conn)?)).unwrap();
    let nobodys = (0, "/".to_owned(), at("2026-09-28", "00:00").0);
    assert_eq!(kept, [nobodys.clone(), nobodys], "nor is a person, a course or a time in the forms' keys");
}

/// Sends the form of a page that posts to its own address.
fn sends(browser: &Browser, page: &Page, address: &str, said: &[(&str, &str)]) -> Page {
    let once = page.tags("input").into_iter().find(|tag| tag.contains("name=\"once\"")).unwrap();
    let mut fields = page.hidden("/sign-out");
    fields.retain(|(name, _)| name == "token");
    fields.push(("once".into(), attribute(&once, "value").unwrap()));
    fields.extend(said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    browser.posts(address, &fields)
}

#[test]
fn a_question_that_seems_wrong_goes_to_whoever_looks_after_courses_without_the_marks() {
    let trust = Trust::new();
    let attempt = trust.answers_all(&trust.priya, 2);
    let priya = trust.browser(&trust.priya);
    let address = format!("/courses/{SLUG}/quiz/{attempt}/1/opinion");
    let last = trust.app.read(|conn| attempts::attempt(conn, attempt)).unwrap().answers.len();
    let verdict = priya.opens(&format!("/courses/{SLUG}/quiz/{attempt}/{last}"));
    assert!(verdict.says("This question seems wrong"), "{}", verdict.words());
    let page = priya.opens(&address);
    assert!(page.says("cannot carry a worry") && page.tags("textarea").is_empty());
    assert_eq!(sends(&priya, &page, &address, &[]).status, 422);
    for _ in 0..2 {
        assert_eq!(sends(&priya, &page, &address, &[("question", "key")]).status, 303, "counted once");
    }
    assert_eq!(trust.browser(&trust.mo).opens(&address).status, 404, "only of one's own try");
    let question = trust.app.read(|conn| attempts::attempt(conn, attempt)).unwrap().drawn[0].clone();
    let list = trust.browser(&trust.helen).opens("/opinions");
    assert!(list.says(&question) && !list.says("Priya"), "{}", list.words());
    assert!(list.says("Another answer is right, or right too: fewer than 5 times so far"), "{}", list.words());
    let page = priya.opens(&address);
    assert_eq!(sends(&priya, &page, &address, &[("question", "unclear")]).status, 303);
    let list = trust.browser(&trust.helen).opens("/opinions");
    assert_eq!(list.words().matches(&format!(">{question}<")).count(), 1, "one row a question: {}", list.words());
}

#[test]
fn hr_find_what_learners_say_and_see_counts_from_five_answers_on() {
    let trust = Trust::new();
    let course = trust.app.library().course(SLUG).unwrap();
    let says = |answer: &'static str| {
        let course = course.clone();
        trust.act(move |act| opinions::of_course(act, &course, &[("worth", answer.to_owned())]));
    };
    let helen = trust.browser(&trust.helen);
    assert!(helen.opens("/reports").says("href=\"/opinions\""));
    for _ in 0..4 {
        says("yes");
    }
    let few = helen.opens("/opinions");
    assert!(few.says("fewer than 5 answers so far") && !few.says("Yes:"), "{}", few.words());
    says("no");
    let enough = helen.opens("/opinions");
    assert!(enough.says("Yes: 4 · No: 1") && !enough.says("fewer than 5 answers so far"), "{}", enough.words());
}

// ── past tries

#[test]
fn a_past_try_is_shown_as_it_was_with_what_the_card_said_that_day() {
    let trust = Trust::new();
    let schools = trust.app.read(people::schools).unwrap();
    let oak = schools.iter().find(|school| school.name == "Oak Primary").unwrap().id;
    trust.act(move |act| people::set_card(act, Some(oak), "dsl", "Jo Marsh, 01632 960123"));
    trust.it_is("2026-09-16", "10:00");
    let attempt = trust.answers_all(&trust.priya, 1);
    trust.it_is("2026-11-24", "09:14");
    trust.act(move |act| people::set_card(act, Some(oak), "dsl", "Sam Tide, 01632 960150"));
    let priya = trust.browser(&trust.priya);
    let list = priya.opens("/attempts");
    assert!(list.says(&format!("href=\"/attempts/{attempt}\"")) && list.says("16 September 2026"), "{}", list.words());
    let then = priya.opens(&format!("/attempts/{attempt}"));
    assert!(then.says("on 16 September 2026") && then.says("Jo Marsh") && !then.says("Sam Tide"), "{}", then.words());
    assert!(then.says("your choice") || then.says("you put it") || then.says("you chose"));
    let pages = priya.opens(&format!("/attempts/{attempt}/pages"));
    assert!(pages.says("Jo Marsh") && !pages.says("Sam Tide"));
    assert!(priya.opens("/help").says("Sam Tide"));
    for address in [format!("/attempts/{attempt}"), format!("/attempts/{attempt}/pages")] {
        assert_eq!(trust.browser(&trust.helen).opens(&address).status, 404, "not even HR see it");
    }
}

#[test]
fn the_right_answers_are_not_named_while_tries_remain() {
    let trust = Trust::new();
    let attempt = trust.answers_all(&trust.priya, 8);
    let priya = trust.browser(&trust.priya);
    assert!(!priya.opens(&format!("/attempts/{attempt}")).says("<b>Right:</b>"));
    trust.answers_all(&trust.priya, 0);
    assert!(
        priya.opens(&format!("/attempts/{attempt}")).says("<b>Right:</b>"),
        "there is nothing to give away any more"
    );
}

#[test]
fn once_it_is_passed_a_past_try_shows_what_was_right_of_every_kind_of_question() {
    let trust = Trust::new();
    let course = trust.app.library().course(SLUG).unwrap();
    let draws_an_order_or_pairs = |seed: &i64| {
        let drawn = draw(&course.quiz, *seed, &[], Some(RoleGroup::Teacher));
        drawn.iter().any(|id| course.quiz.question(id).unwrap().kind.choices().is_none())
    };
    let seed = (0..).find(draws_an_order_or_pairs).unwrap();
    let attempt = trust.answers_all_drawn(&trust.priya, 8, seed);
    trust.answers_all(&trust.priya, 0);
    let priya = trust.browser(&trust.priya);
    let begun = trust.app.read(|conn| attempts::attempt(conn, attempt)).unwrap();
    let wrong = (0..begun.drawn.len()).filter(|place| !begun.counts_as_right(*place)).count();
    let page = priya.opens(&format!("/attempts/{attempt}"));
    assert_eq!(page.words().matches("<b>Right:</b>").count(), wrong, "{}", page.words());
    let whole = (0..begun.drawn.len()).map(|place| begun.question(&course, place).unwrap());
    assert!(whole.into_iter().any(|one| one.kind.choices().is_none()), "an order or pairs are among them");
    let list = priya.opens("/attempts");
    assert_eq!(list.words().matches("is-done").count(), 1, "the tick of the one that was passed: {}", list.words());
}

// ── the sets of statements

#[test]
fn everybody_signs_the_sets_for_their_roles_and_who_is_here_for_a_short_time_the_short_one_alone() {
    let trust = Trust::new();
    let none = PostFlags::default();
    let teacher = trust.lists("Tess", RoleGroup::Teacher, none);
    let supply = trust.lists("Sol", RoleGroup::Supply, PostFlags { takes_images: true, ..none });
    let head = trust.lists("Hal", RoleGroup::Leadership, none);
    let both =
        trust.lists("Bo", RoleGroup::Office, PostFlags { leadership: true, account_administrator: true, ..none });
    assert_eq!(trust.sets_of(&teacher), ["all-staff"]);
    assert_eq!(trust.sets_of(&supply), ["short"]);
    assert_eq!(trust.sets_of(&head), ["all-staff", "leadership"]);
    assert_eq!(trust.sets_of(&both), ["all-staff", "account-administrators", "leadership"]);

    trust.does_what_comes_first(&both);
    let (bo, address) = (trust.browser(&both), "/attestations/social-media-policy");
    let page = bo.opens(address);
    assert!(page.says("<h3 class=\"govuk-heading-m\">Leaders</h3>"), "{}", page.words());
    assert!(page.says("People who run a school account"));
    let ticks: Vec<String> = page.tags("input").into_iter().filter(|tag| tag.contains("name=\"statement\"")).collect();
    let ids: Vec<String> = ticks.iter().map(|tag| crate::house::browser::attribute(tag, "value").unwrap()).collect();
    let fields: Vec<(&str, &str)> = ids.iter().map(|id| ("statement", id.as_str())).collect();
    assert_eq!(bo.fills_in(&page, address, &fields).status, 303);
    let signed = trust.app.read(|conn| attestations::signatures_of(conn, both.id)).unwrap().remove(0);
    let of = |set: &str| signed.statements.iter().filter(|one| one.set == set).count();
    assert_eq!((of("all-staff"), of("account-administrators"), of("leadership")), (12, 5, 3), "in one attestation");
    let entry = trust.entries("attestation")[0].to_string();
    assert!(entry.contains("lead-training") && entry.contains("account-administrators"));
    assert!(trust.complaints().is_empty());

    trust.does_what_comes_first(&supply);
    let page = trust.browser(&supply).opens(address);
    assert!(page.says("pupil-contact-short") && !page.says("I have passed the five training courses"));
}
