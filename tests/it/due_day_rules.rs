//! Who is asked for what, and by which day: every clause of the due day, and why it is that day.

use std::collections::BTreeMap;

use proptest::prelude::*;
use seamark::assignments::calendar::*;
use seamark::assignments::rules::*;
use seamark::clock::Day;
use seamark::people::rules::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn post(school: &str, role_group: RoleGroup, from: &str, until: Option<&str>) -> Post {
    Post {
        id: 1,
        school: Urn::parse(school).unwrap(),
        role_group,
        from: day(from),
        until: until.map(day),
        term_time_only: None,
        flags: PostFlags::default(),
        on_placement: false,
    }
}

fn person(posts: Vec<Post>) -> PersonFacts {
    PersonFacts {
        posts,
        first_listed: day("2020-01-01"),
        absences: vec![],
        last_completions: BTreeMap::new(),
        extensions: BTreeMap::new(),
    }
}

fn each_year() -> Requirement {
    Requirement {
        id: 7,
        audience: Audience::all_staff(),
        every: Every::AcademicYear,
        due: DueRule::default(),
        began: day("2025-09-01"),
        until: None,
        reopened: vec![],
    }
}

fn wanted(person: &PersonFacts, requirement: &Requirement, today: &str) -> Option<Wanted> {
    let mut all = wanted_assignments(person, std::slice::from_ref(requirement), &Calendars::default(), day(today));
    assert!(all.len() < 2, "{all:?}");
    all.pop()
}

fn due(person: &PersonFacts, requirement: &Requirement, today: &str) -> String {
    wanted(person, requirement, today).map(|wanted| wanted.why).unwrap_or_else(|| "nothing".into())
}

use RoleGroup::*;

#[test]
fn a_due_day_is_the_latest_of_its_clauses_and_says_which() {
    let old_hand = person(vec![post("100000", Teacher, "2020-09-01", None)]);
    let office = person(vec![post("100000", Office, "2020-09-01", None)]);
    let listed_late = PersonFacts { first_listed: day("2026-11-10"), ..office.clone() };
    let new_rule = Requirement { began: day("2026-11-10"), ..each_year() };
    let reopened = Requirement { reopened: vec![day("2026-11-16")], ..each_year() };
    let own_day = Requirement { due: DueRule { month: 12, day_of_month: 18, starter_days: 20 }, ..each_year() };
    let cases = [
        (&office, each_year(), "2025-09-01", "Due 31 October: everybody’s is due by 31 October."),
        (
            &old_hand,
            each_year(),
            "2025-09-01",
            "Due 3 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ),
        (
            &office,
            each_year(),
            "2026-09-01",
            "Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.",
        ),
        (&office, own_day, "2026-09-01", "Due 18 December: everybody’s is due by 18 December."),
        (
            &person(vec![post("100000", Office, "2026-10-15", None)]),
            each_year(),
            "2026-10-15",
            "Due 12 November: you joined on 15 October, and new starters have 20 working days.",
        ),
        (
            &person(vec![post("100000", TeachingAssistant, "2026-10-15", None)]),
            each_year(),
            "2026-10-15",
            "Due 19 November: you joined on 15 October, and new starters have 20 working days.",
        ),
        (
            &office,
            new_rule,
            "2026-11-24",
            "Due 8 December: this was first asked of you on 10 November, and you have 20 working days from then.",
        ),
        (
            &listed_late,
            each_year(),
            "2026-11-24",
            "Due 8 December: you came onto the staff list on 10 November, and you have 20 working days from then.",
        ),
        (
            &office,
            reopened,
            "2026-11-24",
            "Due 14 December: this changed on 16 November, and you have 20 working days from then.",
        ),
    ];
    for (who, requirement, today, why) in cases {
        assert_eq!(due(who, &requirement, today), why);
    }
}

#[test]
fn nothing_is_asked_in_a_cycle_that_ends_before_it_would_be_due() {
    let joined = |from: &str| person(vec![post("100000", Office, from, None)]);
    assert_eq!(wanted(&joined("2027-08-02"), &each_year(), "2027-08-10").map(|w| w.due), Some(day("2027-08-31")));
    assert_eq!(wanted(&joined("2027-08-03"), &each_year(), "2027-08-10"), None);
    assert_eq!(wanted(&joined("2027-08-03"), &each_year(), "2027-09-01").map(|w| w.due), Some(day("2027-11-01")));
    let in_term_time = person(vec![post("100000", Teacher, "2027-06-28", None)]);
    assert_eq!(
        wanted(&in_term_time, &each_year(), "2027-07-01"),
        None,
        "17 working days are left, and then it is summer"
    );
}

#[test]
fn only_those_whom_the_audience_names_are_asked_and_only_while_they_are_here() {
    let governor = person(vec![post("100000", Governor, "2020-09-01", None)]);
    let leaver = person(vec![post("100000", Office, "2020-09-01", Some("2026-10-16"))]);
    assert_eq!(wanted(&governor, &each_year(), "2026-11-24"), None);
    assert!(wanted(&leaver, &each_year(), "2026-10-16").is_some(), "their last day");
    assert_eq!(wanted(&leaver, &each_year(), "2026-10-17"), None);
    let withdrawn = Requirement { until: Some(day("2026-10-31")), ..each_year() };
    let office = person(vec![post("100000", Office, "2020-09-01", None)]);
    assert_eq!(wanted(&office, &withdrawn, "2026-11-01"), None);
    assert_eq!(wanted(&office, &each_year(), "2025-08-31"), None, "before it was first asked");
}

#[test]
fn somebody_promoted_has_the_starters_days_for_what_their_new_job_asks() {
    let for_leaders = Requirement { audience: Audience { leadership: true, ..Audience::default() }, ..each_year() };
    let promoted = person(vec![
        post("100000", Office, "2020-09-01", Some("2026-12-31")),
        post("100000", Leadership, "2027-01-01", None),
    ]);
    assert_eq!(
        due(&promoted, &for_leaders, "2027-01-04"),
        "Due 29 January: this was first asked of you on 1 January, and you have 20 working days from then."
    );
    assert_eq!(
        wanted(&promoted, &each_year(), "2027-01-04").unwrap().due,
        day("2026-11-02"),
        "what all staff do is due as it was"
    );
}

#[test]
fn service_is_unbroken_unless_a_working_day_lies_in_the_gap() {
    let cases = [
        (Office, "2026-09-30", "2026-10-01", "2020-09-01", "posts that follow on"),
        (Office, "2026-10-09", "2026-10-01", "2020-09-01", "posts that overlap"),
        (Office, "2026-10-02", "2026-10-05", "2020-09-01", "a weekend between"),
        (Office, "2026-10-02", "2026-10-06", "2026-10-06", "a Monday between"),
        (Office, "2026-12-24", "2026-12-29", "2020-09-01", "Christmas and its substitute day between"),
        (Office, "2026-10-23", "2026-11-02", "2026-11-02", "half-term is working time for the office"),
        (TeachingAssistant, "2026-10-23", "2026-11-02", "2020-09-01", "but not for a teaching assistant"),
        (TeachingAssistant, "2026-07-21", "2026-09-01", "2020-09-01", "nor is the summer"),
    ];
    for (role_group, until, from, began, why) in cases {
        let posts = [post("100000", role_group, "2020-09-01", Some(until)), post("200000", Office, from, None)];
        assert_eq!(service_began(&posts, day("2026-12-31"), &Calendars::default()), Some(day(began)), "{why}");
    }
    assert_eq!(service_began(&[], day("2026-12-31"), &Calendars::default()), None);
    let three = [
        post("100000", Office, "2018-09-01", Some("2019-08-31")),
        post("100000", Office, "2020-09-01", Some("2023-06-30")),
        post("100000", Office, "2023-07-03", None),
    ];
    assert_eq!(
        service_began(&three, day("2026-12-31"), &Calendars::default()),
        Some(day("2020-09-01")),
        "back over one weekend, not over a year"
    );
}

#[test]
fn a_change_of_main_post_never_brings_a_due_day_forward() {
    let term_time_first = vec![
        post("100000", TeachingAssistant, "2026-10-15", Some("2026-11-06")),
        post("200000", Office, "2026-11-07", None),
    ];
    let who = person(term_time_first);
    assert_eq!(wanted(&who, &each_year(), "2026-10-20").unwrap().due, day("2026-11-19"));
    let after = wanted(&who, &each_year(), "2026-11-10").unwrap();
    assert_eq!(after.due, day("2026-11-19"), "by the office’s days it would be 12 November");
    assert_eq!(
        after.why,
        "Due 19 November: you joined on 15 October, and new starters have 20 working days. A change of job does not bring it forward."
    );

    let office_first = person(vec![
        post("100000", Office, "2026-10-15", Some("2026-11-06")),
        post("200000", TeachingAssistant, "2026-11-07", None),
    ]);
    assert_eq!(wanted(&office_first, &each_year(), "2026-10-20").unwrap().due, day("2026-11-12"));
    assert_eq!(wanted(&office_first, &each_year(), "2026-11-10").unwrap().due, day("2026-11-19"), "later it may be");

    let long_ago = person(vec![
        post("100000", TeachingAssistant, "2020-09-01", Some("2025-08-31")),
        post("100000", Office, "2025-09-01", None),
    ]);
    assert_eq!(
        wanted(&long_ago, &each_year(), "2025-10-01").unwrap().due,
        day("2025-10-31"),
        "a post of last year sets no clock"
    );
}

#[test]
fn after_an_absence_there_are_at_least_ten_working_days() {
    let away = |from: &str, until: Option<&str>| PersonFacts {
        absences: vec![Absence { from: day(from), until: until.map(day) }],
        ..person(vec![post("100000", Office, "2020-09-01", None)])
    };
    let cases = [
        ("2026-10-01", Some("2026-11-06"), Some("2026-11-23"), "back on Monday 9 November"),
        ("2026-09-01", Some("2026-09-30"), Some("2026-11-02"), "back long before the annual day"),
        ("2026-10-01", None, Some("2026-11-02"), "nobody knows yet when they come back"),
        ("2026-10-01", Some("2027-08-31"), None, "back in the next cycle: nothing is asked in this one"),
        ("2027-10-01", Some("2027-12-31"), Some("2026-11-02"), "an absence in the next cycle"),
    ];
    for (from, until, due_day, why) in cases {
        assert_eq!(wanted(&away(from, until), &each_year(), "2026-11-24").map(|w| w.due), due_day.map(day), "{why}");
    }
    assert_eq!(
        due(&away("2026-10-01", Some("2026-11-06")), &each_year(), "2026-11-24"),
        "Due 23 November: your first working day back is 9 November, and you have 10 working days after that."
    );
}

#[test]
fn more_time_makes_nothing_due_earlier_and_ends_within_its_cycle() {
    let this_year = Cycle::Year(AcademicYear(2026));
    let given = |group: RoleGroup, until: &str| PersonFacts {
        extensions: BTreeMap::from([((7, this_year), day(until))]),
        ..person(vec![post("100000", group, "2020-09-01", None)])
    };
    let usual = "Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you.";
    let cases = [
        (Office, "2026-12-11", "Due 11 December: you were given more time, until 11 December."),
        (
            Office,
            "2026-12-12",
            "Due 14 December: you were given more time, until 12 December. 12 December is not a working day for you.",
        ),
        (Office, "2026-10-05", usual),
        (Office, "2026-11-02", usual),
        (
            Teacher,
            "2027-08-11",
            "Due 21 July: you were given more time, until 11 August. 11 August is not a working day for you.",
        ),
    ];
    for (group, until, why) in cases {
        assert_eq!(due(&given(group, until), &each_year(), "2026-11-24"), why, "{until}");
    }
    let next_year = due(&given(Office, "2026-12-11"), &each_year(), "2027-09-01");
    assert_eq!(next_year, "Due 1 November: everybody’s is due by 31 October. 31 October is not a working day for you.");
    let another = Requirement { id: 8, ..each_year() };
    assert_eq!(due(&given(Office, "2026-12-11"), &another, "2026-11-24"), usual);
    let back_later = PersonFacts {
        absences: vec![Absence { from: day("2026-11-02"), until: Some(day("2026-12-11")) }],
        ..given(Office, "2026-12-18")
    };
    assert!(due(&back_later, &each_year(), "2026-11-24").starts_with("Due 30 December: your first working day back"));
}

#[test]
fn each_material_version_in_a_cycle_opens_the_next_round() {
    let who = person(vec![post("100000", Office, "2020-09-01", None)]);
    let changing = Requirement {
        reopened: ["2026-06-01", "2026-09-01", "2026-11-16", "2027-02-01", "2027-08-20"].map(day).into(),
        ..each_year()
    };
    let round = |today: &str| wanted(&who, &changing, today).map(|w| (w.round, w.opens.to_string())).unwrap();
    assert_eq!(
        round("2026-09-01"),
        (1, "2026-09-01".into()),
        "what changed before or on the first day belongs to round 1"
    );
    assert_eq!(round("2026-11-15"), (1, "2026-09-01".into()));
    assert_eq!(round("2026-11-16"), (2, "2026-11-16".into()));
    assert_eq!(round("2027-03-01"), (3, "2027-02-01".into()));
    assert_eq!(round("2027-08-25"), (3, "2027-02-01".into()), "a round too late to be due in the cycle is not asked");
    assert_eq!(round("2027-09-01"), (1, "2027-09-01".into()));
}

#[test]
fn a_requirement_of_so_many_months_runs_from_each_completion() {
    let rolling = Requirement { every: Every::Months(12), ..each_year() };
    let mut who = person(vec![post("100000", Office, "2020-09-01", None)]);
    let keys = |who: &PersonFacts, today: &str| -> Vec<String> {
        wanted_assignments(who, std::slice::from_ref(&rolling), &Calendars::default(), day(today))
            .into_iter()
            .map(|w| format!("{} due {}", w.cycle, w.due))
            .collect()
    };
    assert_eq!(keys(&who, "2025-10-01"), ["12-months from 2025-09-01 due 2025-09-29"]);
    let first = Cycle::Rolling { from: day("2025-09-01"), months: 12 };
    who.last_completions.insert(7, (first, day("2025-09-10")));
    assert_eq!(keys(&who, "2026-03-01"), ["12-months from 2025-09-01 due 2025-09-29"], "it still counts");
    assert_eq!(
        keys(&who, "2026-08-01"),
        ["12-months from 2025-09-01 due 2025-09-29", "12-months from 2026-09-10 due 2026-09-09"],
        "and the next may be done ahead"
    );
    assert_eq!(keys(&who, "2026-10-01"), ["12-months from 2026-09-10 due 2026-09-09"]);
    assert_eq!(
        keys(&who, "2027-10-01"),
        ["12-months from 2027-09-10 due 2027-09-09"],
        "a year undone ends, and the next begins"
    );
}

#[test]
fn what_is_asked_once_never_ends() {
    let once = Requirement { every: Every::Once, ..each_year() };
    let who = person(vec![post("100000", Office, "2026-10-15", None)]);
    let wanted = wanted(&who, &once, "2026-11-24").unwrap();
    assert_eq!((wanted.cycle, wanted.due, wanted.closes), (Cycle::Once, day("2026-11-12"), day("9999-12-31")));
}

#[test]
fn cycles_and_how_often_read_back_as_they_are_written() {
    for text in ["2026/27", "once", "12-months from 2027-03-05"] {
        assert_eq!(text.parse::<Cycle>().unwrap().to_string(), text);
    }
    for text in ["academic-year", "once", "24-months"] {
        assert_eq!(text.parse::<Every>().unwrap().to_string(), text);
    }
    for bad in ["", "yearly", "0-months", "-1-months", "12-months from", "once from 2026-01-01", "2026"] {
        assert!(bad.parse::<Cycle>().is_err() && bad.parse::<Every>().is_err(), "{bad}");
    }
    assert_eq!("12-months from 2026-09-10".parse::<Cycle>().unwrap().last_day(), day("2027-09-09"));
}

#[test]
fn a_newcomer_is_one_for_twenty_working_days() {
    let posts = [post("100000", Office, "2026-10-15", None)];
    let newcomer = |on: &str| is_newcomer(&posts, day(on), 20, &Calendars::default());
    assert!(!newcomer("2026-10-14") && newcomer("2026-10-15") && newcomer("2026-11-12") && !newcomer("2026-11-13"));
}

fn any_post() -> impl Strategy<Value = Post> {
    (0usize..RoleGroup::ALL.len(), 1u32..4, 0i64..1000, proptest::option::of(0i64..500), any::<Option<bool>>())
        .prop_map(|(group, school, from, length, term_time_only)| {
            let from = day("2025-09-01").plus(from - 300);
            Post {
                id: i64::from(school),
                school: Urn::parse(&format!("{school}00000")).unwrap(),
                role_group: RoleGroup::ALL[group],
                from,
                until: length.map(|days| from.plus(days)),
                term_time_only,
                flags: PostFlags::default(),
                on_placement: false,
            }
        })
}

fn any_person() -> impl Strategy<Value = PersonFacts> {
    let absence = (0i64..900, proptest::option::of(0i64..300)).prop_map(|(from, length)| {
        let from = day("2025-09-01").plus(from);
        Absence { from, until: length.map(|days| from.plus(days)) }
    });
    (proptest::collection::vec(any_post(), 0..4), 0i64..1000, proptest::collection::vec(absence, 0..3)).prop_map(
        |(posts, listed, absences)| PersonFacts {
            posts,
            first_listed: day("2025-06-01").plus(listed),
            absences,
            extensions: BTreeMap::new(),
            last_completions: BTreeMap::new(),
        },
    )
}

/// What a person would be asked if they were given more time.
fn with_more_time(who: &PersonFacts, until: Day) -> PersonFacts {
    let cycle = Cycle::Year(AcademicYear::of(until));
    PersonFacts { extensions: BTreeMap::from([((each_year().id, cycle), until)]), ..who.clone() }
}

proptest! {
    #[test]
    fn more_time_never_takes_anything_away(who in any_person(), offset in 0i64..1090, later in 0i64..200) {
        let today = day("2025-09-01").plus(offset);
        let asked = |who: &PersonFacts| wanted_assignments(who, &[each_year()], &Calendars::default(), today).pop();
        let more = asked(&with_more_time(&who, today.plus(later)));
        match asked(&who) {
            None => prop_assert_eq!(more, None),
            Some(usual) => {
                let more = more.unwrap();
                prop_assert!(usual.due <= more.due && more.due <= more.closes, "{usual:?} {more:?}");
                prop_assert!(Calendar::england().is_working_day(more.due, false));
            }
        }
    }

    #[test]
    fn every_due_day_is_a_working_day_within_its_cycle_and_leaves_the_days_that_it_promises(who in any_person(), offset in 0i64..1090) {
        let today = day("2025-09-01").plus(offset);
        let calendars = Calendars::default();
        for wanted in wanted_assignments(&who, &[each_year()], &calendars, today) {
            let england = Calendar::england();
            prop_assert!(england.is_working_day(wanted.due, false), "{wanted:?}");
            prop_assert!(wanted.due <= wanted.closes && wanted.opens <= today && today <= wanted.closes);
            prop_assert!(wanted.due >= AcademicYear::of(today).day(10, 31));
            let began = service_began(&who.posts, today, &calendars).unwrap();
            let main = main_post(&who.posts, today).unwrap().is_term_time_only();
            for (from, days) in [(began, 20), (who.first_listed, 20)] {
                prop_assert!(wanted.due >= england.add_working_days(from, days, main));
            }
            for absence in who.absences.iter().filter(|absence| absence.from <= wanted.closes) {
                if let Some(until) = absence.until {
                    prop_assert!(wanted.due >= england.add_working_days(until, 10, main));
                }
            }
            let starts = format!("Due {}: ", wanted.due.short());
            prop_assert!(wanted.why.starts_with(&starts) && wanted.why.ends_with('.'), "{}", wanted.why);
            let again = wanted_assignments(&who, &[each_year()], &calendars, today);
            prop_assert_eq!(again, vec![wanted]);
        }
    }

    #[test]
    fn starting_another_post_never_brings_a_due_day_forward(first in any_post(), second in any_post(), offset in 0i64..1000) {
        let change = second.from.max(first.from.next());
        let mut leaving = first.clone();
        leaving.until = Some(change.plus(-1));
        let before = person(vec![Post { until: None, ..first }]);
        let after = person(vec![leaving, Post { from: change, until: None, ..second }]);
        let all = Requirement { audience: Audience { role_groups: RoleGroup::ALL.to_vec(), ..Audience::default() }, ..each_year() };
        let today = change.plus(offset % 60);
        // A new job from the year's first day on changes nothing that was asked before.
        if AcademicYear::of(change.plus(-1)) == AcademicYear::of(today) {
            let due = |who: &PersonFacts| wanted_assignments(who, std::slice::from_ref(&all), &Calendars::default(), today).pop().map(|w| w.due);
            match (due(&before), due(&after)) {
                (Some(was), Some(is)) => prop_assert!(is >= was, "{was} became {is}"),
                (None, is) => prop_assert_eq!(is, None, "nothing was asked, and a change of post asks for it"),
                (Some(_), None) => {}
            }
        }
    }
}
