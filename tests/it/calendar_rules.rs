//! Which days are working days, for whom, in England's years and in a school's own.

use proptest::prelude::*;
use seamark::assignments::calendar::*;
use seamark::clock::Day;
use seamark::people::rules::Urn;

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn span(kind: SpanKind, from: &str, until: &str) -> CalendarSpan {
    CalendarSpan { kind, name: "Ours".into(), from: day(from), until: day(until) }
}

#[test]
fn the_files_term_dates_are_to_be_confirmed_and_a_schools_own_terms_are_not() {
    let england = Calendar::from_file(ENGLAND).unwrap();
    let years = [2024, 2025, 2026, 2027, 2028].map(|year| england.is_to_be_confirmed(AcademicYear(year)));
    assert_eq!(years, [false, true, true, true, false], "each year of which the file has terms");
    let with_a_day = england.with_school_days(&[span(SpanKind::Inset, "2026-11-27", "2026-11-27")]);
    assert!(with_a_day.is_to_be_confirmed(AcademicYear(2026)), "a day of one's own says nothing about the terms");
    let with_terms = england.with_school_days(&[span(SpanKind::Term, "2026-09-02", "2026-12-18")]);
    let years = [2025, 2026, 2027].map(|year| with_terms.is_to_be_confirmed(AcademicYear(year)));
    assert_eq!(years, [true, false, true]);
}

#[test]
fn the_dated_file_is_sound() {
    Calendar::from_file(ENGLAND).unwrap();
    let years: Vec<_> =
        ["2025-09-01", "2026-09-01", "2027-09-01"].map(|d| Calendar::england().knows_terms(day(d))).into();
    assert_eq!(years, [true; 3]);
}

#[test]
fn an_academic_year_runs_from_1_september_to_31_august() {
    for (date, name) in
        [("2026-08-31", "2025/26"), ("2026-09-01", "2026/27"), ("2027-08-31", "2026/27"), ("2099-09-01", "2099/00")]
    {
        let year = AcademicYear::of(day(date));
        assert_eq!(year.to_string(), name);
        assert_eq!(name.parse::<AcademicYear>().unwrap(), year);
        assert!(year.first_day() <= day(date) && day(date) <= year.last_day());
    }
    for bad in ["2026", "2026/28", "26/27", "", "2026/27 "] {
        assert!(bad.parse::<AcademicYear>().is_err(), "{bad}");
    }
    assert_eq!(AcademicYear(2026).day(10, 31), day("2026-10-31"));
    assert_eq!(AcademicYear(2026).day(2, 29), day("2027-02-28"));
    assert_eq!(AcademicYear(2026).long(), "2026 to 2027");
}

#[test]
fn easter_falls_where_the_church_says() {
    let sundays = [
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2028-04-16",
        "2029-04-01",
        "2030-04-21",
        "2038-04-25",
    ];
    for sunday in sundays.map(day) {
        assert_eq!(easter_sunday(sunday.year()), Some(sunday));
    }
}

#[test]
fn the_listed_bank_holidays_are_those_that_the_rules_give() {
    let mut at = day("2025-09-01");
    while at <= day("2028-08-31") {
        assert_eq!(Calendar::england().bank_holiday(at).as_deref(), computed_bank_holiday(at), "{at}");
        at = at.next();
    }
}

#[test]
fn beyond_the_file_bank_holidays_are_worked_out() {
    let cases = [
        ("2021-12-27", Some("Christmas Day (substitute day)"), "Christmas 2021 was a Saturday"),
        ("2021-12-28", Some("Boxing Day (substitute day)"), "and Boxing Day a Sunday"),
        ("2022-12-26", Some("Boxing Day"), "Boxing Day 2022 was a Monday"),
        ("2022-12-27", Some("Christmas Day (substitute day)"), "and Christmas a Sunday"),
        ("2022-12-28", None, "so nothing was left for the 28th"),
        ("2022-01-03", Some("New Year’s Day (substitute day)"), "New Year 2022 was a Saturday"),
        ("2023-01-02", Some("New Year’s Day (substitute day)"), "New Year 2023 was a Sunday"),
        ("2029-03-30", Some("Good Friday"), "two days before Easter"),
        ("2029-04-02", Some("Easter Monday"), "the day after Easter"),
        ("2030-05-06", Some("Early May bank holiday"), "the first Monday in May"),
        ("2030-05-27", Some("Spring bank holiday"), "the last Monday in May"),
        ("2030-08-26", Some("Summer bank holiday"), "the last Monday in August"),
        ("2030-08-19", None, "the last but one is an ordinary Monday"),
    ];
    for (date, name, why) in cases {
        assert_eq!(Calendar::england().bank_holiday(day(date)).as_deref(), name, "{date}: {why}");
    }
}

#[test]
fn a_working_day_depends_on_who_works() {
    let cases = [
        ("2026-11-24", true, true, "a Tuesday in term"),
        ("2026-11-22", false, false, "a Sunday"),
        ("2026-10-28", true, false, "half-term: the office works, a teaching assistant does not"),
        ("2026-12-21", true, false, "the Monday before Christmas"),
        ("2026-12-25", false, false, "Christmas Day"),
        ("2026-12-28", false, false, "Boxing Day’s substitute"),
        ("2027-05-03", false, false, "a bank holiday in term"),
        ("2026-09-01", true, true, "an INSET day"),
        ("2027-08-10", true, false, "the summer holiday"),
        ("2031-08-12", true, true, "a summer whose term dates nobody has given"),
    ];
    for (date, all_year, term_time, why) in cases {
        let england = Calendar::england();
        assert_eq!(
            (england.is_working_day(day(date), false), england.is_working_day(day(date), true)),
            (all_year, term_time),
            "{date}: {why}"
        );
    }
}

#[test]
fn counting_starts_on_the_day_after() {
    let england = Calendar::england();
    let cases = [
        ("2026-10-15", 20, false, "2026-11-12", "somebody who works all year"),
        ("2026-10-15", 20, true, "2026-11-19", "in term time only, half-term stops the clock"),
        ("2026-11-20", 1, true, "2026-11-23", "from a Friday, day 1 is Monday"),
        ("2026-11-21", 1, true, "2026-11-23", "from a Saturday too"),
        ("2026-11-21", 0, true, "2026-11-21", "no days are no days"),
        ("2026-12-18", 1, true, "2027-01-04", "over Christmas"),
        ("2026-12-18", 5, false, "2026-12-29", "over Christmas at the central office"),
    ];
    for (from, count, term_time, wanted, who) in cases {
        assert_eq!(england.add_working_days(day(from), count, term_time), day(wanted), "{who}");
    }
    assert_eq!(england.next_working_day(day("2026-11-23"), false), day("2026-11-24"));
    assert_eq!(england.working_day_from(day("2026-11-23"), false), day("2026-11-23"));
    assert_eq!(england.working_day_from(day("2026-10-31"), true), day("2026-11-02"));
}

#[test]
fn a_school_that_gives_its_terms_has_that_year_for_its_own() {
    let ours = Calendar::england().with_school_days(&[
        span(SpanKind::Term, "2026-08-27", "2026-12-11"),
        span(SpanKind::HalfTerm, "2026-10-12", "2026-10-23"),
        span(SpanKind::Holiday, "2026-11-09", "2026-11-09"),
    ]);
    let cases = [
        ("2026-08-27", true, "a county whose autumn begins in August"),
        ("2026-10-14", false, "its own half-term"),
        ("2026-10-28", true, "England’s usual half-term is school time here"),
        ("2026-11-09", false, "a day off of its own"),
        ("2026-12-14", false, "it breaks up a week early"),
        ("2026-06-10", true, "the year before is still England’s"),
        ("2026-08-20", false, "with its summer holiday"),
        ("2027-09-15", true, "and so is the year after"),
    ];
    for (date, works, why) in cases {
        assert_eq!(ours.is_working_day(day(date), true), works, "{date}: {why}");
    }
    assert!(ours.knows_terms(day("2026-10-01")));
    assert!(!ours.knows_terms(day("2029-10-01")), "nobody has given the terms of 2029/30");
}

#[test]
fn days_that_a_school_adds_leave_the_usual_terms_in_place() {
    let ours = Calendar::england().with_school_days(&[
        span(SpanKind::Inset, "2026-10-30", "2026-10-30"),
        span(SpanKind::BankHoliday, "2026-11-27", "2026-11-27"),
    ]);
    assert!(ours.is_working_day(day("2026-10-30"), true), "an INSET day in half-term");
    assert!(ours.is_inset_day(day("2026-10-30")));
    assert!(!ours.is_working_day(day("2026-11-27"), false), "a bank holiday proclaimed once");
    assert!(ours.is_working_day(day("2026-11-24"), true));
}

#[test]
fn a_school_follows_its_own_days_then_the_trusts_then_englands() {
    let [own, other] = ["123456", "654321"].map(|urn| Urn::parse(urn).unwrap());
    let trust_days = [span(SpanKind::Inset, "2026-10-29", "2026-10-29")];
    let own_days = [(own.clone(), vec![span(SpanKind::Inset, "2026-10-30", "2026-10-30")])].into();
    let calendars = Calendars::new(&trust_days, &own_days);
    let works = |school: &Urn, date: &str| calendars.of(school).is_working_day(day(date), true);
    assert_eq!(["2026-10-28", "2026-10-29", "2026-10-30"].map(|date| works(&own, date)), [false, true, true]);
    assert_eq!(["2026-10-28", "2026-10-29", "2026-10-30"].map(|date| works(&other, date)), [false, true, false]);
}

#[test]
fn a_calendar_in_which_nobody_ever_works_still_answers() {
    let closed = Calendar::england().with_school_days(&[span(SpanKind::BankHoliday, "2020-09-01", "2060-08-31")]);
    assert_eq!(closed.add_working_days(day("2026-11-24"), 3, false), day("2026-11-27"));
}

proptest! {
    #[test]
    fn so_many_working_days_on_is_a_working_day_with_just_so_many_between(offset in 0i64..1090, count in 1u32..40, term_time: bool) {
        let from = day("2025-09-01").plus(offset);
        let england = Calendar::england();
        let reached = england.add_working_days(from, count, term_time);
        prop_assert!(england.is_working_day(reached, term_time));
        prop_assert_eq!(england.working_days_between(from, reached, term_time), count);
        prop_assert!(england.add_working_days(from, count, false) <= england.add_working_days(from, count, true));
    }

    #[test]
    fn every_year_has_eight_bank_holidays_in_england(year in 1980i32..2200) {
        let mut at = Day::new(year, 1, 1).unwrap();
        let mut count = 0;
        while at.year() == year {
            if let Some(name) = computed_bank_holiday(at) {
                count += 1;
                prop_assert!(!at.is_weekend(), "{name} on {at}");
            }
            at = at.next();
        }
        prop_assert_eq!(count, 8);
    }
}
