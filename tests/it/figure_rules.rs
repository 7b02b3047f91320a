//! Who is counted where, what is good, and that no small group gives anybody away.

use proptest::prelude::*;
use seamark::assignments::calendar::AcademicYear;
use seamark::assignments::rules::{Completion, Cycle, Facts, Standing};
use seamark::assignments::{Assignment, Training};
use seamark::clock::Day;
use seamark::courses::Kind;
use seamark::facts::Fact;
use seamark::reports::figures::*;

use crate::house::at;

const DONE: Standing = Standing::Completed { late: false, connection_recorded: false };
const SIGNED_LATE: Standing = Standing::Completed { late: true, connection_recorded: true };
const LATE: Standing = Standing::Overdue { days: 30 };
const VERY_LATE: Standing = Standing::Overdue { days: 31 };
const SOON: Standing = Standing::DueSoon { days: 14 };

fn person(standings: &[Standing]) -> PersonStanding {
    let items =
        standings.iter().zip(1..).map(|(standing, requirement)| Item { requirement, standing: *standing }).collect();
    PersonStanding { person: 1, schools: vec![1], paused: false, newcomer: false, items }
}

fn rate(done: u32, of: u32) -> Rate {
    Rate { done, of }
}

#[test]
fn each_person_is_in_one_group() {
    use Standing::*;
    let new = |standings: &[Standing]| PersonStanding { newcomer: true, ..person(standings) };
    let away = |standings: &[Standing]| PersonStanding { paused: true, ..person(standings) };
    let cases = [
        (person(&[DONE, SIGNED_LATE]), Group::UpToDate, "all done, one of it late and with a connection"),
        (person(&[DONE, Exempt]), Group::UpToDate, "done or exempt"),
        (person(&[DONE, EndedUndone]), Group::UpToDate, "what is no longer asked does not count"),
        (person(&[DONE, LATE, QueryOpen]), Group::Overdue, "one overdue is enough"),
        (person(&[DONE, QueryOpen, SOON]), Group::Waiting, "a question open and nothing overdue"),
        (person(&[DiscussionNeeded]), Group::Waiting, "a discussion needed"),
        (person(&[DONE, Due]), Group::OnTheWay, "something to do, and time for it"),
        (person(&[NotDue]), Group::OnTheWay, "not open yet"),
        (new(&[DONE, Due]), Group::NotCounted(NotCounted::Newcomer), "a newcomer with something open"),
        (new(&[DONE, DONE]), Group::UpToDate, "a newcomer who has done it all"),
        (new(&[DONE, LATE]), Group::Overdue, "a newcomer who is late"),
        (new(&[QueryOpen, Due]), Group::Waiting, "a newcomer with a question"),
        (person(&[Exempt, Exempt]), Group::NotCounted(NotCounted::ExemptFromAll), "exempt from all"),
        (person(&[DONE, Paused]), Group::NotCounted(NotCounted::Paused), "away"),
        (away(&[DONE, DONE]), Group::UpToDate, "away with everything done"),
        (away(&[DONE, Exempt]), Group::UpToDate, "away, and what is not done is exempt"),
        (away(&[DONE, Due]), Group::NotCounted(NotCounted::Paused), "away with something to do"),
        (away(&[Exempt, Exempt]), Group::NotCounted(NotCounted::Paused), "away and exempt from all"),
        (away(&[]), Group::NotCounted(NotCounted::Paused), "away, and nothing asked"),
        (away(&[QueryOpen]), Group::NotCounted(NotCounted::Paused), "away with a question open"),
        (person(&[]), Group::NotCounted(NotCounted::NothingAsked), "nothing asked"),
    ];
    for (who, wanted, why) in cases {
        assert_eq!(group(&who), wanted, "{why}");
    }
}

#[test]
fn the_first_four_groups_are_the_denominator() {
    let people = [
        person(&[DONE, DONE]),
        person(&[DONE, Standing::Exempt]),
        person(&[DONE, VERY_LATE]),
        person(&[LATE, LATE]),
        person(&[DONE, Standing::QueryOpen]),
        person(&[SOON, Standing::Due]),
        person(&[Standing::Due, Standing::Due]),
        PersonStanding { paused: true, ..person(&[DONE, Standing::Paused]) },
        PersonStanding { newcomer: true, ..person(&[DONE, Standing::Due]) },
        person(&[Standing::Exempt, Standing::Exempt]),
    ];
    let figures = figures(&people);
    assert_eq!((figures.up_to_date, figures.overdue, figures.waiting, figures.on_the_way), (2, 2, 1, 2));
    assert_eq!((figures.overdue_over_30_days, figures.due_within_14_days), (1, 1));
    assert_eq!((figures.counted(), figures.not_counted(), figures.people()), (7, 3, 10));
    assert_eq!(figures.up_to_date_rate(), rate(2, 7));
    assert_eq!(figures.requirement_rate(1), rate(4, 7), "those who are not counted are in no rate");
    assert_eq!(figures.requirement_rate(2), rate(1, 6), "nor is, in this one, the person exempt from it");
    assert_eq!(figures.requirement_rate(99), rate(0, 0));
}

#[test]
fn what_somebody_took_up_by_choice_counts_in_no_figure() {
    let now = at("2026-11-24", "09:14");
    let year = AcademicYear::of(now.day());
    let completion = Completion { at: now, connection_recorded: false };
    let facts = Facts {
        opens: year.first_day(),
        closes: year.last_day(),
        withdrawn: None,
        dues: Vec::new(),
        completions: vec![Fact { what: completion, from: now.day(), until: None, recorded: now, superseded: None }],
        exemptions: Vec::new(),
        queries: Vec::new(),
        pauses: Vec::new(),
    };
    let offer = Assignment {
        id: 1,
        person: 1,
        requirement: 1,
        kind: Kind::Course,
        slug: "professional-identity".into(),
        place: 1000,
        cycle: Cycle::Choice(year),
        round: 1,
        recorded: now,
        facts,
    };
    let asked = Assignment { id: 2, cycle: Cycle::Year(year), ..offer.clone() };
    let training = |assignments| Training { person: 1, assignments };
    assert_eq!(training(vec![offer.clone()]).asked_at(now), Vec::<&Assignment>::new());
    assert_eq!(training(vec![asked.clone(), offer]).asked_at(now), [&asked]);
    let volunteer = person(&[]);
    assert_eq!(group(&volunteer), Group::NotCounted(NotCounted::NothingAsked));
}

#[test]
fn somebody_with_two_schools_counts_once_in_each_and_once_in_the_trust() {
    let shared = PersonStanding { schools: vec![1, 2, 1], ..person(&[DONE]) };
    let people = [shared, person(&[LATE])];
    let schools = figures_by_school(&people);
    assert_eq!(figures(&people).people(), 2);
    assert_eq!((schools[&1].people(), schools[&2].people()), (2, 1));
}

#[test]
fn per_cents_are_rounded_down_and_only_nobody_is_none() {
    let cases = [
        ((412, 479), 86),
        ((1, 200), 1),
        ((1, 1000), 1),
        ((999, 1000), 99),
        ((1000, 1000), 100),
        ((0, 9), 0),
        ((1, 8), 12),
        ((946, 1000), 94),
    ];
    for ((done, of), percent) in cases {
        assert_eq!(rate(done, of).percent(), Some(percent), "{done} of {of}");
    }
    assert_eq!(rate(0, 0).percent(), None);
}

#[test]
fn what_is_good_is_judged_as_it_is_printed() {
    let cases = [
        (Measure::K1, (950, 1000), Band::Good),
        (Measure::K1, (949, 1000), Band::Watch),
        (Measure::K1, (850, 1000), Band::Watch),
        (Measure::K1, (849, 1000), Band::Act),
        (Measure::K2, (970, 1000), Band::Good),
        (Measure::K2, (969, 1000), Band::Watch),
        (Measure::K2, (899, 1000), Band::Act),
        (Measure::K6, (950, 1000), Band::Good),
        (Measure::K8, (900, 1000), Band::Good),
        (Measure::K8, (750, 1000), Band::Watch),
        (Measure::K8, (749, 1000), Band::Act),
    ];
    for (measure, (done, of), band) in cases {
        assert_eq!(measure.band(rate(done, of)), Some(band), "{measure:?} {done} of {of}");
    }
    assert_eq!(Measure::K1.band(rate(0, 0)), None);
    assert_eq!(Measure::K1.printed_band(rate(9, 9)), None, "too few to be judged in public");
    assert_eq!(Measure::K1.printed_band(rate(10, 10)), Some(Band::Good));
    assert_eq!(Measure::of_slug("privacy-check"), Some(Measure::K8));
}

#[test]
fn last_year_is_the_same_day() {
    let day = |text: &str| text.parse::<Day>().unwrap();
    assert_eq!(same_day_last_year(day("2026-11-24")), day("2025-11-24"));
    assert_eq!(same_day_last_year(day("2028-02-29")), day("2027-02-28"));
    assert_eq!(printed_change(rate(86, 100), rate(78, 100)), Some(8));
    assert_eq!(printed_change(rate(86, 100), rate(7, 9)), None);
}

#[test]
fn small_groups_are_printed_to_the_letter() {
    let cases = [
        ((0, 0), "fewer than 5 people"),
        ((4, 4), "fewer than 5 people"),
        ((0, 5), "under 10%"),
        ((1, 5), "about 20%"),
        ((5, 8), "about 60%"),
        ((8, 9), "about 90%"),
        ((9, 9), "over 90%"),
        ((9, 10), "90%"),
        ((10, 10), "100%"),
        ((412, 479), "86%"),
    ];
    for ((done, of), words) in cases {
        assert_eq!(printed_percent(rate(done, of)).to_string(), words, "{done} of {of}");
    }
    let counts = [
        (3, CountedIn::Part(4), "fewer than 5 people"),
        (0, CountedIn::Part(60), "0"),
        (1, CountedIn::Part(60), "1 to 4"),
        (4, CountedIn::Part(60), "1 to 4"),
        (5, CountedIn::Part(60), "5"),
        (6, CountedIn::Part(8), "5 to 9"),
        (3, CountedIn::Trust(50), "1 to 4"),
        (3, CountedIn::Trust(51), "3"),
    ];
    for (count, counted_in, words) in counts {
        assert_eq!(printed_count(count, counted_in).to_string(), words, "{count} in {counted_in:?}");
    }
    assert_eq!(printed_share(rate(412, 479)).as_deref(), Some("412 of 479 staff"));
    assert_eq!(printed_share(rate(48, 50)), None);
}

#[test]
fn the_schools_whose_own_figures_would_leave_a_small_group_are_known() {
    let whole = |people: u32| (people, vec![rate(0, people)]);
    let cases: [(&[u32], &[bool], &str); 6] = [
        (&[13, 3], &[true, true], "16 less 13 leaves the 3"),
        (&[40, 30, 3], &[false, true, true], "33 people at two schools: neither can be told"),
        (&[40, 30, 4, 4], &[false, false, true, true], "8 people at two schools"),
        (&[40, 2, 2], &[true, true, true], "4 people at two schools are too few"),
        (&[40, 30, 20], &[false, false, false], "none is small"),
        (&[3], &[true], "a trust of one small school"),
    ];
    for (sizes, wanted, why) in cases {
        let rows: Vec<(u32, Vec<Rate>)> = sizes.iter().map(|people| whole(*people)).collect();
        assert_eq!(giving_away(&rows), wanted, "{why}");
    }
    let exempt_from_one = [(40, vec![rate(0, 40), rate(0, 40)]), (30, vec![rate(0, 30), rate(0, 3)])];
    assert_eq!(giving_away(&exempt_from_one), [true, true], "few are asked one thing at a school that is not small");
}

#[test]
fn if_one_row_is_hidden_so_is_the_next_smallest() {
    let cases = [
        (vec![30, 20, 10], vec![false, false, false], "nothing to hide"),
        (vec![30, 3, 10], vec![false, true, true], "the next smallest covers it"),
        (vec![30, 4, 2, 10], vec![false, true, true, false], "two cover each other, six people together"),
        (vec![30, 2, 2, 10], vec![false, true, true, true], "two of whom together there are but four"),
        (vec![30, 0, 10], vec![false, true, false], "an empty row hides nobody"),
        (vec![30, 0, 3, 10], vec![false, true, true, true], "and covers nobody"),
        (vec![3], vec![true], "a trust with one small school"),
        (vec![], vec![], "a trust without schools"),
    ];
    for (sizes, hidden, why) in cases {
        assert_eq!(hidden_rows(&sizes), hidden, "{why}");
    }
    let table = printed_table(&[
        (30, vec![rate(27, 30), rate(15, 30)]),
        (3, vec![rate(1, 3), rate(3, 3)]),
        (12, vec![rate(6, 12), rate(4, 4)]),
        (20, vec![rate(20, 20), rate(5, 20)]),
    ]);
    let words: Vec<Vec<String>> = table.iter().map(|row| row.iter().map(|cell| cell.to_string()).collect()).collect();
    assert_eq!(
        words,
        [
            ["90%", "50%"],
            ["fewer than 5 people", "fewer than 5 people"],
            ["not shown", "fewer than 5 people"],
            ["100%", "25%"],
        ]
    );
}

fn any_standing() -> impl Strategy<Value = Standing> {
    use Standing::*;
    prop_oneof![
        (any::<bool>(), any::<bool>()).prop_map(|(late, connection_recorded)| Completed { late, connection_recorded }),
        (1i64..90).prop_map(|days| Overdue { days }),
        (0i64..15).prop_map(|days| DueSoon { days }),
        prop_oneof![
            Just(EndedUndone),
            Just(Exempt),
            Just(DiscussionNeeded),
            Just(QueryOpen),
            Just(Paused),
            Just(Due),
            Just(NotDue)
        ],
    ]
}

fn any_person() -> impl Strategy<Value = PersonStanding> {
    let schools = proptest::collection::vec(1i64..5, 1..3);
    (proptest::collection::vec(any_standing(), 0..8), schools, any::<bool>(), any::<bool>()).prop_map(
        |(standings, schools, paused, newcomer)| PersonStanding { schools, paused, newcomer, ..person(&standings) },
    )
}

proptest! {
    #[test]
    fn everybody_is_counted_exactly_once(people in proptest::collection::vec(any_person(), 0..60)) {
        let trust = figures(&people);
        prop_assert_eq!(trust.people() as usize, people.len());
        prop_assert_eq!(trust.counted() as usize, people.iter().filter(|person| group(person).is_counted()).count());
        prop_assert!(trust.overdue_over_30_days <= trust.overdue && trust.due_within_14_days <= trust.on_the_way);
        for figures in trust.requirements.values() {
            prop_assert!(figures.rate().of + figures.exempt <= trust.counted());
        }
        for (school, figures) in figures_by_school(&people) {
            let here = people.iter().filter(|person| person.schools.contains(&school)).count();
            prop_assert_eq!(figures.people() as usize, here);
        }
    }

    #[test]
    fn nobody_overdue_is_up_to_date_and_nobody_away_is_overdue(person in any_person()) {
        let late = person.items.iter().any(|item| item.standing.is_overdue());
        match group(&person) {
            Group::UpToDate => prop_assert!(!late),
            Group::Overdue => prop_assert!(late && !person.paused),
            Group::Waiting | Group::OnTheWay => prop_assert!(!late),
            Group::NotCounted(_) => prop_assert!(!late || person.paused || person.items.iter().any(|item| item.standing == Standing::Paused)),
        }
    }

    #[test]
    fn a_figure_is_never_printed_as_reaching_a_target_that_it_has_not_reached(of in 1u32..2_000, done in 0u32..2_000) {
        let one = rate(done.min(of), of);
        let percent = one.percent().unwrap();
        prop_assert!(percent == 1 || u64::from(percent) * u64::from(of) <= 100 * u64::from(one.done), "{percent}");
        prop_assert_eq!((percent == 0, percent == 100), (one.done == 0, one.done == of));
        for measure in Measure::ALL {
            let (good, watch) = measure.thresholds();
            let band = match percent {
                percent if percent >= good => Band::Good,
                percent if percent >= watch => Band::Watch,
                _ => Band::Act,
            };
            prop_assert_eq!(measure.band(one), Some(band), "what prints alike is judged alike");
            let reached = u64::from(good) * u64::from(of) <= 100 * u64::from(one.done);
            prop_assert_eq!(band == Band::Good, reached, "and exactly what reaches the target is good");
        }
    }

    #[test]
    fn a_small_group_never_leaks(of in 0u32..10, one in 0u32..10, other in 0u32..10) {
        let (one, other) = (rate(one.min(of), of), rate(other.min(of), of));
        if of < 5 {
            prop_assert_eq!(printed_percent(one), printed_percent(other), "of so few nothing is said");
            prop_assert_eq!(printed_count(one.done, CountedIn::Part(of)), printed_count(other.done, CountedIn::Part(of)));
        } else {
            let words = printed_percent(one).to_string();
            prop_assert!(words != "0%" && words != "100%" && !words.contains(" 0%") && !words.contains("100%"), "{words}");
            let exact = matches!(printed_count(one.done, CountedIn::Part(of)), PrintedCount::Exactly(count) if count > 0);
            prop_assert!(!exact);
        }
        prop_assert_eq!(Measure::K1.printed_band(one), None);
    }

    #[test]
    fn counts_of_one_to_four_are_not_told_apart(of in 5u32..400, one in 1u32..5, other in 1u32..5) {
        prop_assert_eq!(printed_count(one, CountedIn::Part(of)), printed_count(other, CountedIn::Part(of)));
        let trust = CountedIn::Trust(of.min(50));
        prop_assert_eq!(printed_count(one, trust), printed_count(other, trust));
    }

    #[test]
    fn no_hidden_row_can_be_got_by_subtraction(sizes in proptest::collection::vec(0u32..40, 2..12)) {
        let hidden = hidden_rows(&sizes);
        let hidden_sizes: Vec<u32> = sizes.iter().zip(&hidden).filter(|(size, hidden)| **hidden && **size > 0).map(|(size, _)| *size).collect();
        prop_assert!(sizes.iter().zip(&hidden).all(|(size, hidden)| *size >= 5 || *hidden));
        let everything_is_hidden = sizes.iter().zip(&hidden).all(|(size, hidden)| *hidden || *size == 0);
        if !hidden_sizes.is_empty() && !everything_is_hidden {
            prop_assert!(hidden_sizes.len() >= 2 && hidden_sizes.iter().sum::<u32>() >= 5, "{sizes:?} {hidden:?}");
        }
    }

    #[test]
    fn what_may_be_read_beside_the_trusts_figures_leaves_no_small_group(
        rows in proptest::collection::vec((1u32..40, proptest::collection::vec(0u32..6, 2)), 2..9),
    ) {
        let of = |people: u32, exempt: u32| rate(0, people.saturating_sub(exempt));
        let table: Vec<(u32, Vec<Rate>)> = rows.iter().map(|(people, cells)| (*people, cells.iter().map(|exempt| of(*people, *exempt)).collect())).collect();
        let gives_away = giving_away(&table);
        let columns = [|row: &(u32, Vec<Rate>)| row.0, |row: &(u32, Vec<Rate>)| row.1[0].of, |row: &(u32, Vec<Rate>)| row.1[1].of];
        for size in columns {
            let left: Vec<u32> = table.iter().zip(&gives_away).filter(|(_, gives)| **gives).map(|(row, _)| size(row)).filter(|size| *size > 0).collect();
            let read = table.iter().zip(&gives_away).filter(|(_, gives)| !**gives);
            prop_assert!(read.clone().all(|(row, _)| size(row) >= 5), "nobody reads of a small group itself");
            if read.count() > 0 && left.iter().any(|size| *size < 5) {
                prop_assert!(left.len() > 1 && left.iter().sum::<u32>() >= 5, "{table:?} {gives_away:?}");
            }
        }
    }

    #[test]
    fn a_printed_table_says_nothing_of_anybody_in_a_hidden_row(
        rows in proptest::collection::vec((0u32..25, proptest::collection::vec((0u32..25, 0u32..25), 3)), 1..7),
        again in proptest::collection::vec(0u32..25, 21),
    ) {
        let clip = |people: u32, done: u32, exempt: u32| { let of = people.saturating_sub(exempt.min(6)); rate(done.min(of), of) };
        let table: Vec<(u32, Vec<Rate>)> = rows.iter().map(|(people, cells)| (*people, cells.iter().map(|(done, exempt)| clip(*people, *done, *exempt)).collect())).collect();
        let printed = printed_table(&table);
        let mut other = table.clone();
        for (row, (_, rates)) in other.iter_mut().enumerate() {
            for (column, rate) in rates.iter_mut().enumerate() {
                if matches!(printed[row][column], PrintedPercent::FewerThanFive | PrintedPercent::NotShown) {
                    rate.done = again[row * 3 + column].min(rate.of);
                }
            }
        }
        prop_assert_eq!(printed_table(&other), printed.clone(), "whatever hidden people did, the page is the same");
        for (row, (people, rates)) in table.iter().enumerate() {
            for (column, rate) in rates.iter().enumerate() {
                let hidden = matches!(printed[row][column], PrintedPercent::FewerThanFive | PrintedPercent::NotShown);
                prop_assert!(hidden || (*people >= 5 && rate.of >= 5));
            }
        }
    }
}
