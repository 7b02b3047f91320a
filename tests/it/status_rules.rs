//! How an assignment stands: the first that holds, why, and what nobody could have known yet.

use proptest::prelude::*;
use seamark::assignments::rules::*;
use seamark::clock::{Day, Instant};
use seamark::facts::{Fact, as_at, holding_at};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    day(text).at_minute(9 * 60)
}

fn fact<T>(what: T, from: &str, until: Option<&str>) -> Fact<T> {
    Fact { what, from: day(from), until: until.map(day), recorded: at(from), superseded: None }
}

fn assigned() -> Facts {
    let why = "Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.".to_owned();
    Facts {
        opens: day("2026-09-01"),
        closes: day("2027-08-31"),
        withdrawn: None,
        dues: vec![fact(Due { day: day("2026-11-02"), why }, "2026-08-20", None)],
        completions: vec![],
        exemptions: vec![],
        queries: vec![],
        pauses: vec![],
    }
}

fn done(on: &str, connection_recorded: bool) -> Vec<Fact<Completion>> {
    vec![fact(Completion { at: at(on), connection_recorded }, on, None)]
}

#[test]
fn days_go_by_and_nothing_is_done() {
    let cases = [
        (
            "2026-08-31",
            "not due",
            "Opens on 1 September 2026. Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ),
        (
            "2026-09-01",
            "due",
            "Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ),
        (
            "2026-10-18",
            "due",
            "Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ),
        (
            "2026-10-19",
            "due soon",
            "Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ),
        (
            "2026-11-02",
            "due soon",
            "Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ),
        (
            "2026-11-03",
            "overdue",
            "1 day late. Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ),
        (
            "2027-08-31",
            "overdue",
            "302 days late. Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ),
        ("2027-09-01", "ended undone", "This ended on 31 August 2027 and was not done."),
    ];
    for (date, word, why) in cases {
        let status = status(&assigned(), at(date));
        assert_eq!(
            (status.standing.as_str(), status.why.as_str(), status.due),
            (word, why, Some(day("2026-11-02"))),
            "{date}"
        );
    }
}

#[test]
fn the_due_day_lasts_until_midnight_in_london() {
    let last = day("2026-11-02").end();
    assert_eq!(status(&assigned(), last).standing, Standing::DueSoon { days: 0 });
    assert_eq!(status(&assigned(), Instant(last.0 + 1)).standing, Standing::Overdue { days: 1 });
}

#[test]
fn of_all_that_is_so_the_first_holds() {
    let everything = Facts {
        completions: done("2026-11-20", false),
        withdrawn: Some(at("2026-11-01")),
        exemptions: vec![fact("Trained at another school this year.".into(), "2026-11-01", None)],
        queries: vec![fact(QueryKind::Question, "2026-11-01", None), fact(QueryKind::Disagreement, "2026-11-01", None)],
        pauses: vec![fact((), "2026-11-01", Some("2026-12-31"))],
        ..assigned()
    };
    let now = at("2026-11-24");
    let mut facts = everything;
    let mut words = Vec::new();
    let mut note = |facts: &Facts| {
        let status = status(facts, now);
        words.push(format!("{}: {}", status.standing.as_str(), status.why));
    };
    note(&facts);
    facts.completions.clear();
    note(&facts);
    facts.withdrawn = None;
    note(&facts);
    facts.exemptions.clear();
    note(&facts);
    facts.queries.pop();
    note(&facts);
    facts.queries.clear();
    note(&facts);
    facts.pauses.clear();
    note(&facts);
    assert_eq!(
        words,
        [
            "completed late: Completed on 20 November 2026, after the due day, 2 November.",
            "ended undone: This is no longer asked of you. It was not done.",
            "exempt: You do not have to do this: Trained at another school this year.",
            "discussion needed: You said on 1 November that you don’t agree. Somebody will talk it over with you. Until then this is not late.",
            "query open: You asked a question on 1 November. Until it is settled this is not late.",
            "paused: This stands still while you are away until 31 December 2026. You will have at least 10 working days after you are back.",
            "overdue: 22 days late. Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ]
    );
}

#[test]
fn a_manager_sees_neither_questions_nor_connections() {
    let signed = Facts { completions: done("2026-10-01", true), ..assigned() };
    let asked = Facts { queries: vec![fact(QueryKind::Connection, "2026-11-01", None)], ..assigned() };
    let disagreed = Facts { queries: vec![fact(QueryKind::Disagreement, "2026-11-01", None)], ..assigned() };
    let late = Facts { completions: done("2026-11-20", true), ..assigned() };
    let cases = [
        (signed, "completed, connection recorded", "completed", "Completed on 1 October 2026."),
        (
            late,
            "completed, connection recorded",
            "completed late",
            "Completed on 20 November 2026, after the due day, 2 November.",
        ),
        (asked, "query open", "open", "Still open."),
        (disagreed, "discussion needed", "open", "Still open."),
    ];
    for (facts, word, for_manager, why) in cases {
        let status = status(&facts, at("2026-11-24"));
        assert_eq!(
            (status.standing.as_str(), status.standing.for_manager(), status.why_for_manager()),
            (word, for_manager, why)
        );
    }
}

#[test]
fn a_query_is_open_until_the_instant_at_which_it_is_closed() {
    let mut asked = fact(QueryKind::Question, "2026-10-20", None);
    asked.superseded = Some(day("2026-11-10").at_minute(600));
    let facts = Facts { queries: vec![asked], ..assigned() };
    assert_eq!(status(&facts, day("2026-11-10").at_minute(599)).standing, Standing::QueryOpen);
    assert_eq!(status(&facts, day("2026-11-10").at_minute(600)).standing, Standing::Overdue { days: 8 });
}

#[test]
fn a_correction_shows_only_from_when_it_was_made() {
    let mut external = done("2026-10-01", false);
    external[0].recorded = at("2026-11-20");
    let facts = Facts { completions: external, ..assigned() };
    assert!(status(&facts, day("2026-11-19").end()).standing.is_overdue(), "in the report of that day it was open");
    let after = status(&facts, at("2026-11-20"));
    assert_eq!(
        after.standing,
        Standing::Completed { late: false, connection_recorded: false },
        "and it was done in time"
    );

    let mut withdrawn = done("2026-10-01", false);
    withdrawn[0].superseded = Some(at("2026-11-20"));
    let facts = Facts { completions: withdrawn, ..assigned() };
    assert!(status(&facts, at("2026-11-19")).standing.is_completed());
    assert!(status(&facts, at("2026-11-20")).standing.is_overdue());
}

#[test]
fn a_due_day_that_was_moved_is_the_one_known_at_the_time() {
    let mut facts = assigned();
    facts.dues[0].superseded = Some(at("2026-10-30"));
    facts.dues.push(fact(
        Due { day: day("2026-12-01"), why: "Due 1 December: HR gave you longer.".into() },
        "2026-10-30",
        None,
    ));
    assert_eq!(status(&facts, at("2026-10-29")).due, Some(day("2026-11-02")));
    let moved = status(&facts, at("2026-11-05"));
    assert_eq!((moved.standing, moved.due), (Standing::Due, Some(day("2026-12-01"))));
}

fn any_fact<T: std::fmt::Debug + Clone + 'static>(what: impl Strategy<Value = T>) -> impl Strategy<Value = Fact<T>> {
    let days = (0i64..500, proptest::option::of(0i64..200), 0i64..500, proptest::option::of(0i64..200));
    (what, days).prop_map(|(what, (from, length, recorded, until_superseded))| {
        let from = day("2026-08-01").plus(from);
        let recorded = day("2026-08-01").plus(recorded).at_minute(600);
        let superseded = until_superseded.map(|days| recorded.plus_days(days));
        Fact { what, from, until: length.map(|days| from.plus(days)), recorded, superseded }
    })
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let due =
        any_fact((0i64..400).prop_map(|days| Due { day: day("2026-09-01").plus(days), why: "Due then: so.".into() }));
    let completion = any_fact((0i64..500, any::<bool>()).prop_map(|(days, connection_recorded)| Completion {
        at: day("2026-08-01").plus(days).start(),
        connection_recorded,
    }));
    let query =
        any_fact(prop_oneof![Just(QueryKind::Question), Just(QueryKind::Connection), Just(QueryKind::Disagreement)]);
    (
        proptest::collection::vec(due, 0..3),
        proptest::collection::vec(completion, 0..2),
        proptest::collection::vec(any_fact(Just("a reason".to_owned())), 0..2),
        proptest::collection::vec(query, 0..3),
        proptest::collection::vec(any_fact(Just(())), 0..3),
        proptest::option::of(0i64..500),
    )
        .prop_map(|(dues, completions, exemptions, queries, pauses, withdrawn)| Facts {
            withdrawn: withdrawn.map(|days| day("2026-08-01").plus(days).start()),
            dues,
            completions,
            exemptions,
            queries,
            pauses,
            ..assigned()
        })
}

fn keep_known<T: Clone>(rows: &[Fact<T>], instant: Instant) -> Vec<Fact<T>> {
    rows.iter().filter(|row| row.recorded <= instant).cloned().collect()
}

proptest! {
    #[test]
    fn every_assignment_stands_somehow_and_says_why(facts in any_facts(), offset in 0i64..600) {
        let instant = day("2026-08-01").plus(offset).at_minute(700);
        let status = status(&facts, instant);
        prop_assert!(status.why.ends_with('.') && !status.why.is_empty());
        let open = holding_at(&facts.queries, instant).next().is_some();
        let away = holding_at(&facts.pauses, instant).next().is_some();
        if status.standing.is_overdue() {
            prop_assert!(!open && !away, "nobody is late who asked or is away");
            prop_assert!(status.due.unwrap() < instant.day());
        }
        let groups = [status.standing.is_completed(), status.standing.is_waiting(), status.standing.is_to_do()];
        prop_assert!(groups.iter().filter(|group| **group).count() <= 1);
        let hidden = status.standing.for_manager();
        prop_assert!(!hidden.contains("query") && !hidden.contains("discussion") && !hidden.contains("connection"));
    }

    #[test]
    fn what_is_recorded_later_never_changes_what_was_so(facts in any_facts(), offset in 0i64..600) {
        let instant = day("2026-08-01").plus(offset).at_minute(700);
        let known = Facts {
            dues: keep_known(&facts.dues, instant),
            completions: keep_known(&facts.completions, instant),
            exemptions: keep_known(&facts.exemptions, instant),
            queries: keep_known(&facts.queries, instant),
            pauses: keep_known(&facts.pauses, instant),
            withdrawn: facts.withdrawn.filter(|withdrawn| *withdrawn <= instant),
            ..facts.clone()
        };
        prop_assert_eq!(status(&facts, instant), status(&known, instant));
    }

    #[test]
    fn rows_as_at_an_instant_do_not_mind_corrections_made_after_it(rows in proptest::collection::vec(any_fact(0u8..9), 0..6), later in proptest::collection::vec(any_fact(0u8..9), 0..6), offset in 0i64..600) {
        let instant = day("2026-08-01").plus(offset).at_minute(700);
        let before: Vec<_> = as_at(&rows, instant).map(|row| row.what).collect();
        let mut corrected = rows.clone();
        for row in corrected.iter_mut().filter(|row| row.superseded.is_none_or(|superseded| superseded > instant)) {
            row.superseded = Some(Instant(instant.0 + 1));
        }
        corrected.extend(later.into_iter().map(|row| Fact { recorded: Instant(instant.0 + 1), ..row }));
        prop_assert_eq!(as_at(&corrected, instant).map(|row| row.what).collect::<Vec<_>>(), before);
    }
}
