//! Returners: who may show what they still know, what they are asked, and what is done by it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use seamark::act::Act;
use seamark::assignments::rules::Standing;
use seamark::assignments::{self, Completion, Means};
use seamark::attempts::Verdict;
use seamark::attempts::refreshers::{self, Refresher};
use seamark::attempts::rules::refreshing::{Banks, draw, most_missed};
use seamark::certificates;
use seamark::courses::trace::{ANSWERS_AT_LEAST, Missed};
use seamark::courses::{Course, Kind, Library};
use seamark::evidence::{Actor, Draft};
use seamark::people::rules::RoleGroup;
use seamark::problem::{Problem, Result};

use crate::attempts_room::{example, form};
use crate::attestations_room::Trust;

const MODULES: [&str; 5] =
    ["acceptable-use", "social-media-risks", "privacy-settings", "data-protection", "reporting-issues"];

/// A trust in September 2027, in which Priya did everything the year before.
fn next_year() -> Trust {
    let trust = Trust::new();
    trust.does_what_comes_first(&trust.priya);
    trust.it_is("2027-09-14", "09:14");
    let people = [trust.priya.id, trust.helen.id];
    trust.act(move |act| assignments::reconcile(act, &people));
    trust
}

impl Trust {
    fn begins_refresher(&self) -> Result<Refresher> {
        let (library, priya) = (self.app.library(), self.priya.id);
        self.app.act(Actor::system(), move |act| refreshers::begin_or_resume(act, &library, priya))
    }

    fn refresher(&self) -> Refresher {
        let now = self.clock.now();
        let found = self.app.read(|conn| refreshers::refresher(conn, &self.app.library(), self.priya.id, now));
        found.unwrap().unwrap()
    }

    fn answers_refresher(&self, place: usize, right: bool) -> Verdict {
        let refresher = self.refresher();
        let question = refresher.attempt.question(&refresher.course, place).unwrap();
        let shown = refresher.attempt.shown(&refresher.course, place).unwrap();
        let sent = form(question, &shown, &example(question, right));
        let (library, key, priya) = (self.app.library(), self.app.certificate_key.clone(), self.priya.id);
        self.act(move |act| refreshers::answer(act, &library, &key, priya, place, &sent))
    }

    /// Answers all, those of these courses and this kind wrongly, at most so many of each.
    fn finishes_refresher(&self, wrong: impl Fn(&str, bool, usize) -> bool) {
        let refresher = self.begins_refresher().unwrap();
        let mut missed: BTreeMap<String, usize> = BTreeMap::new();
        for (place, question) in refresher.course.quiz.questions.iter().enumerate() {
            let slug = question.id.split_once('/').unwrap().0.to_owned();
            let before = missed.entry(slug.clone()).or_default();
            let is_wrong = wrong(&slug, question.gate.is_some(), *before);
            *before += usize::from(is_wrong);
            self.answers_refresher(place, !is_wrong);
        }
    }

    fn done(&self) -> Vec<&'static str> {
        let now = self.clock.now();
        MODULES.into_iter().filter(|slug| self.assignment(&self.priya, Kind::Course, slug).is_complete(now)).collect()
    }
}

fn completes(act: &mut Act, assignment: i64) -> Result<()> {
    let completion = Completion {
        means: Means::PassedAttempt,
        content_version: "seen".to_owned(),
        at: act.now,
        connection_recorded: false,
    };
    let completed = assignments::complete(act, assignment, &completion)?;
    let entry = completed.in_entry(Draft::new("done")?)?;
    act.record(entry);
    Ok(())
}

// ── who

#[test]
fn it_is_for_whoever_did_all_five_the_year_before_and_for_nobody_else() {
    let trust = next_year();
    let priya = trust.browser(&trust.priya);
    assert!(priya.opens("/").says("Show what you still know"));
    assert!(priya.opens("/refresher").says("You did these courses last year"));
    let helen = trust.browser(&trust.helen);
    assert!(!helen.opens("/").says("Show what you still know"));
    assert_eq!(helen.opens("/refresher").location.as_deref(), Some("/"));
    trust.it_is("2028-09-14", "09:14");
    let priya = trust.priya.id;
    trust.act(move |act| assignments::reconcile(act, &[priya]));
    assert!(matches!(trust.begins_refresher(), Err(Problem::NotFound)), "the year between was not done");
}

// ── what is asked

#[test]
fn every_gate_is_asked_once_and_each_module_twice_at_least() {
    let trust = next_year();
    let refresher = trust.begins_refresher().unwrap();
    let questions = &refresher.course.quiz.questions;
    assert_eq!(questions.len(), 12);
    let mut gates: Vec<&str> = questions.iter().filter_map(|question| question.gate.as_deref()).collect();
    gates.sort_unstable();
    let all = [
        "acceptable-use/pupil-contact",
        "data-protection/leave-it-alone",
        "data-protection/pupil-images",
        "privacy-settings/pupil-connections",
        "reporting-issues/adult-concern",
        "reporting-issues/child-at-risk",
        "social-media-risks/pupil-message",
    ];
    assert_eq!(gates, all);
    for slug in MODULES {
        let of_it = questions.iter().filter(|question| question.id.starts_with(&format!("{slug}/"))).count();
        assert!(of_it >= 2, "{of_it} of {slug}");
    }
    assert_eq!(trust.begins_refresher().unwrap().attempt.drawn, refresher.attempt.drawn, "it is never drawn again");
}

#[test]
fn the_clauses_that_are_missed_most_are_known_from_twenty_answers_on() {
    let misses = |answers, wrong| Missed { answers, wrong };
    let by_clause = BTreeMap::from([
        ("P01".to_owned(), misses(ANSWERS_AT_LEAST - 1, 19)),
        ("P02".to_owned(), misses(40, 10)),
        ("P03".to_owned(), misses(20, 10)),
        ("P04".to_owned(), misses(400, 0)),
        ("P05".to_owned(), misses(20, 10)),
    ]);
    assert_eq!(most_missed(&by_clause), ["P03", "P05", "P02"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_seed_and_any_role_gets_a_whole_refresher_that_suits(
        seed: i64,
        group in proptest::option::of(0usize..RoleGroup::ALL.len()),
        missed in proptest::sample::subsequence(vec!["P05", "P13", "P21", "P29", "P34", "P99"], 0..6),
    ) {
        let library = library();
        let courses: Vec<std::sync::Arc<Course>> = MODULES.iter().map(|slug| library.course(slug).unwrap()).collect();
        let courses: Vec<&Course> = courses.iter().map(|course| &**course).collect();
        let missed: Vec<String> = missed.into_iter().map(str::to_owned).collect();
        let group = group.map(|place| RoleGroup::ALL[place]).filter(|group| group.is_staff());
        let banks = Banks { courses: &courses, voided: &[], missed: &missed, group };
        let drawn = draw(&banks, 12, seed);
        prop_assert_eq!(&drawn, &draw(&banks, 12, seed));
        let mut once = drawn.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!((drawn.len(), once.len()), (12, 12));
        let question = |(slug, id): &(String, String)| courses.iter().find(|course| course.slug == *slug).unwrap().quiz.question(id).unwrap();
        for slug in MODULES {
            prop_assert!(drawn.iter().filter(|(of, _)| of == slug).count() >= 2);
        }
        prop_assert_eq!(drawn.iter().filter(|one| question(one).gate.is_some()).count(), 7);
        if let Some(group) = group {
            prop_assert!(drawn.iter().all(|one| question(one).suits(group)));
        }
        let (voided_slug, voided_id) = drawn[0].clone();
        let voided = [(voided_slug, voided_id)];
        let again = draw(&Banks { voided: &voided, ..banks }, 12, seed);
        prop_assert!(again.len() == 12 && !again.contains(&voided[0]));
    }
}

fn library() -> &'static Library {
    static LIBRARY: std::sync::OnceLock<Library> = std::sync::OnceLock::new();
    LIBRARY.get_or_init(|| Library::load(None).0)
}

// ── what is done by it

#[test]
fn with_nothing_missed_all_five_are_done_and_the_certificates_say_tested_out() {
    let trust = next_year();
    trust.finishes_refresher(|_, _, _| false);
    assert_eq!(trust.done(), MODULES);
    let held = trust.app.read(|conn| certificates::of_person(conn, trust.priya.id)).unwrap();
    let tested: Vec<_> = held.iter().filter(|one| one.title.ends_with(" (tested out)")).collect();
    assert_eq!(tested.len(), 5);
    assert!(tested.iter().all(|one| one.minutes.is_none()), "no learning time is claimed");
    assert!(!trust.assignment(&trust.priya, Kind::Checklist, "privacy-check").is_complete(trust.clock.now()));
    let sign = trust.browser(&trust.priya).opens("/attestations/social-media-policy");
    assert!(sign.says("1 thing comes first"), "the self-check and the signature are still to do");
    assert!(trust.complaints().is_empty());
}

#[test]
fn a_module_without_a_miss_is_done_and_a_missed_one_is_taken_in_the_ordinary_way() {
    let trust = next_year();
    // A missed gate: the others are not given away by the mark.
    trust.finishes_refresher(|slug, is_gate, _| slug == "data-protection" && is_gate);
    assert_eq!(trust.done(), ["acceptable-use", "social-media-risks", "privacy-settings", "reporting-issues"]);
    let priya = trust.browser(&trust.priya);
    let result = priya.opens("/refresher");
    assert!(result.says("10 of 12 right") && result.says("Please take 1 course again."), "{}", result.words());
    for gate in &trust.app.library().course("data-protection").unwrap().gates {
        assert_eq!(result.words().matches(gate.text.as_str()).count(), 1, "{}: {}", gate.id, result.words());
    }
    assert!(result.says("You got enough right, but you missed rules that nobody may get wrong"), "{}", result.words());
    assert!(result.says("The courses in which you missed nothing are done."));
    assert_eq!(result.words().matches("is-done").count(), 4);
    assert!(result.says("href=\"/courses/data-protection\""));
    assert!(priya.opens("/courses/data-protection/quiz").says("Start the questions"));
    assert!(!priya.opens("/").says("Show what you still know"), "one try a cycle");
    let past = format!("/attempts/refreshers/{}", trust.refresher().attempt.id);
    assert!(priya.opens("/attempts").says(&format!("href=\"{past}\"")));
    assert!(priya.opens(&past).says("10 of 12 on") && priya.opens(&past).says("<b>Right:</b>"));
    assert_eq!(trust.browser(&trust.helen).opens(&past).status, 404, "nobody else's");
    let means: Vec<String> = trust.entries("refresher-finished")[0]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["set"]["means"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(means, [Means::TestedOut.as_str(); 4]);
    assert!(trust.complaints().is_empty());
}

#[test]
fn a_rule_missed_in_a_module_that_is_done_already_is_said_and_nothing_is_taken_again() {
    let trust = next_year();
    trust.begins_refresher().unwrap();
    let (id, priya) = (trust.assignment(&trust.priya, Kind::Course, "data-protection").id, &trust.priya);
    trust.act(move |act| completes(act, id));
    trust.finishes_refresher(|slug, is_gate, _| slug == "data-protection" && is_gate);
    let result = trust.browser(priya).opens("/refresher");
    assert!(!result.says("That was enough") && result.says("nobody may get wrong"), "{}", result.words());
    assert!(result.says("so you have nothing to take again"), "{}", result.words());
}

#[test]
fn what_is_done_already_is_not_asked_for_again_whatever_was_missed_of_it() {
    let trust = next_year();
    trust.begins_refresher().unwrap();
    let passed = trust.assignment(&trust.priya, Kind::Course, "acceptable-use").id;
    trust.act(move |act| completes(act, passed));
    trust.finishes_refresher(|_, _, _| true);
    let result = trust.browser(&trust.priya).opens("/refresher");
    assert!(result.says("Please take 4 courses again."), "{}", result.words());
    assert!(!result.says("href=\"/courses/acceptable-use\""), "{}", result.words());
}

#[test]
fn with_eighty_per_cent_and_every_gate_all_five_are_done() {
    let trust = next_year();
    // Two plain questions wrong: 10 of 12, and 80 per cent of 12 is 10.
    let wrong = std::cell::Cell::new(0);
    trust.finishes_refresher(|_, is_gate, _| {
        let misses = !is_gate && wrong.get() < 2;
        wrong.set(wrong.get() + usize::from(misses));
        misses
    });
    assert_eq!(trust.done(), MODULES);
    assert!(trust.complaints().is_empty());
}

#[test]
fn below_eighty_per_cent_only_what_was_not_missed_is_done() {
    let trust = next_year();
    let wrong = std::cell::Cell::new(0);
    trust.finishes_refresher(|_, is_gate, _| {
        let misses = !is_gate && wrong.get() < 3;
        wrong.set(wrong.get() + usize::from(misses));
        misses
    });
    let sum = trust.refresher().sum().unwrap();
    assert_eq!((sum.right, sum.needed, sum.is_passed()), (9, 10, false));
    let result = trust.browser(&trust.priya).opens("/refresher");
    assert!(result.says("You needed 10 right for all the courses to be done at once."), "{}", result.words());
    let left: Vec<&str> = MODULES.into_iter().filter(|slug| !trust.done().contains(slug)).collect();
    assert_eq!(left.len(), sum.missed.len());
}

#[test]
fn it_is_answered_by_buttons_alone_the_first_answer_is_final_and_a_blank_is_none() {
    let trust = next_year();
    let priya = trust.browser(&trust.priya);
    let began = priya.fills_in(&priya.opens("/refresher"), "/refresher", &[]);
    assert_eq!(began.location.as_deref(), Some("/refresher"));
    let home = priya.opens("/");
    assert!(home.says("Carry on with the questions") && !home.says("Start: "), "it comes before the modules");
    let first = priya.follows(&began);
    assert!(first.says("Question 1 of 12"), "{}", first.words());
    let blank = priya.fills_in(&first, "/refresher/1", &[]);
    assert!(blank.status == 422 && trust.refresher().attempt.answers.is_empty());
    let verdict = trust.answers_refresher(0, true);
    assert!(verdict.is_right && trust.answers_refresher(0, false).stood_before);
    let second = priya.opens("/refresher/1");
    assert!(second.says("right") && second.says("Question 2 of 12"), "{}", second.words());
    assert_eq!(priya.opens("/refresher/9").location.as_deref(), Some("/refresher"));
    assert!(!trust.entries("attempt-finished").iter().any(|entry| entry.to_string().contains("refresher")));
}

#[test]
fn a_refresher_that_was_changed_is_found() {
    let trust = next_year();
    trust.finishes_refresher(|_, _, _| false);
    trust.tampers("UPDATE refreshers SET finished_at = finished_at - 1");
    assert!(trust.complaints().iter().any(|said| said.contains("refreshers") && said.contains("finished_at")));
}

#[test]
fn who_is_exempt_from_one_module_is_not_asked_to_complete_it() {
    let trust = next_year();
    let (priya, requirement) =
        (trust.priya.clone(), trust.assignment(&trust.priya, Kind::Course, "data-protection").requirement);
    trust.act(move |act| assignments::exempt(act, &priya, Some(requirement), "Taught it", act.now.day(), None));
    trust.finishes_refresher(|_, _, _| false);
    let exempt = trust.assignment(&trust.priya, Kind::Course, "data-protection");
    assert_eq!(exempt.status(trust.clock.now()).standing, Standing::Exempt);
}
