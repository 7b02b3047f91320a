//! Drawing, shuffling, marking and passing, by cases and by properties.

use std::collections::BTreeSet;

use proptest::prelude::*;
use seamark::attempts::rules::{Chosen, Tally, draw, mark, ordinal, read, read_first, shuffled_options};
use seamark::courses::reading::{Pair, Quiz, Step};
use seamark::courses::{Choice, Library, Question, QuestionKind};
use seamark::people::rules::RoleGroup;
use seamark::problem::Problem;

fn choice(text: &str, is_right: bool) -> Choice {
    Choice { text: text.to_owned(), reason: format!("why {text}"), is_right, line: 1 }
}

fn question(id: &str, kind: QuestionKind) -> Question {
    Question {
        id: id.to_owned(),
        ask: format!("What of {id}?"),
        clauses: vec!["P29".to_owned()],
        outcome: "one".to_owned(),
        gate: None,
        suits: Vec::new(),
        kind,
        why: None,
        line: 1,
    }
}

fn one_right(id: &str) -> Question {
    question(id, QuestionKind::OneRight(vec![choice("yes", true), choice("no", false), choice("perhaps", false)]))
}

fn several_right() -> Question {
    let choices = vec![choice("a", true), choice("b", false), choice("c", true), choice("d", false)];
    question("several", QuestionKind::SeveralRight(choices))
}

fn in_order(steps: usize, either_way: Vec<Vec<usize>>) -> Question {
    let step = |number: usize| Step { text: format!("step {number}"), reason: format!("because {number}"), line: 1 };
    question("order", QuestionKind::Order { steps: (1..=steps).map(step).collect(), either_way })
}

fn pairs() -> Question {
    let pair = |prompt: &str, answer: &str| Pair {
        prompt: prompt.to_owned(),
        answer: answer.to_owned(),
        reason: format!("{answer} it is"),
        line: 1,
    };
    let pairs = vec![pair("list astray", "data"), pair("reporter", "press"), pair("lost stick", "data")];
    question("pairs", QuestionKind::Match { pairs, spare: vec!["caretaker".to_owned()] })
}

fn is_right(question: &Question, chosen: &[usize]) -> bool {
    let chosen = Chosen(chosen.to_vec());
    assert!(chosen.answers(question), "{chosen:?} is no answer");
    mark(question, &chosen).is_right
}

// ── marking

#[test]
fn one_right_option_is_right_and_its_reason_alone_is_given() {
    let question = one_right("q");
    assert!(is_right(&question, &[0]));
    assert!(!is_right(&question, &[2]));
    let marked = mark(&question, &Chosen(vec![2]));
    assert_eq!(marked.rows.len(), 1);
    assert_eq!((marked.rows[0].text.as_str(), marked.rows[0].reason.as_str()), ("perhaps", "why perhaps"));
}

#[test]
fn of_several_only_exactly_the_right_set_is_right() {
    let question = several_right();
    assert!(is_right(&question, &[0, 2]));
    for wrong in [&[0][..], &[2], &[0, 1, 2], &[0, 3], &[0, 1, 2, 3]] {
        assert!(!is_right(&question, wrong), "{wrong:?}");
    }
}

#[test]
fn steps_marked_either_way_count_both_ways_and_no_others_do() {
    let question = in_order(4, vec![vec![2, 3]]);
    assert!(is_right(&question, &[0, 1, 2, 3]));
    assert!(is_right(&question, &[0, 1, 3, 2]));
    assert!(!is_right(&question, &[1, 0, 2, 3]));
    let marked = mark(&question, &Chosen(vec![1, 0, 3, 2]));
    let rows: Vec<_> = marked.rows.iter().map(|row| (row.text.as_str(), row.is_right, row.given.as_deref())).collect();
    assert_eq!(
        rows,
        [
            ("1st: step 1", false, Some("2nd")),
            ("2nd: step 2", false, Some("1st")),
            ("3rd or 4th: step 3", true, Some("4th")),
            ("3rd or 4th: step 4", true, Some("3rd")),
        ]
    );
}

#[test]
fn every_pair_must_match_and_two_prompts_may_share_an_answer() {
    let question = pairs();
    assert_eq!(question.kind.answers(), ["data", "press", "caretaker"]);
    assert!(is_right(&question, &[0, 1, 0]));
    assert!(!is_right(&question, &[0, 1, 2]));
}

#[test]
fn what_is_blank_or_doubled_or_not_there_is_no_answer() {
    let cases: [(Question, &[&[usize]]); 4] = [
        (one_right("q"), &[&[], &[3], &[0, 1]]),
        (several_right(), &[&[], &[4], &[1, 1], &[2, 0]]),
        (in_order(3, vec![]), &[&[], &[0, 1], &[0, 0, 1], &[1, 2, 3]]),
        (pairs(), &[&[], &[0, 1], &[0, 1, 3]]),
    ];
    for (question, wrong) in cases {
        for chosen in wrong {
            assert!(!Chosen(chosen.to_vec()).answers(&question), "{} {chosen:?}", question.id);
        }
    }
}

#[test]
fn places_are_said_in_words() {
    let said: Vec<String> = [0, 1, 2, 3, 10, 11, 12, 20, 21].into_iter().map(ordinal).collect();
    assert_eq!(said, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd"]);
}

// ── reading what was sent

fn sent(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

#[test]
fn shown_positions_are_read_as_places_in_the_file() {
    let shown = [2, 0, 1];
    assert_eq!(read(&one_right("q"), &shown, &sent(&[("answer", "1")])).unwrap(), Chosen(vec![2]));
    // The steps shown are the 3rd, the 1st, the 2nd; they are given the 3rd, the 1st and the 2nd place.
    let places = sent(&[("step-1", "3"), ("step-2", "1"), ("step-3", "2")]);
    assert_eq!(read(&in_order(3, vec![]), &shown, &places).unwrap(), Chosen(vec![0, 1, 2]));
    let matched = sent(&[("prompt-1", "2"), ("prompt-2", "3"), ("prompt-3", "2")]);
    assert_eq!(read(&pairs(), &shown, &matched).unwrap(), Chosen(vec![0, 1, 0]));
    let several = sent(&[("answer", "3"), ("answer", "1")]);
    assert_eq!(read(&several_right(), &[2, 1, 0, 3], &several).unwrap(), Chosen(vec![0, 2]));
}

#[test]
fn a_blank_or_two_steps_in_one_place_are_complained_of_by_name() {
    let complaints = |question: &Question, fields: &[(&str, &str)]| match read(question, &[2, 0, 1], &sent(fields)) {
        Err(Problem::Invalid(complaints)) => complaints.0.into_iter().collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let said = |field: &str, words: &str| (field.to_owned(), words.to_owned());
    assert_eq!(complaints(&one_right("q"), &[]), [said("answer", "Choose one answer")]);
    assert_eq!(complaints(&one_right("q"), &[("answer", "4")]), [said("answer", "Choose one answer")]);
    assert_eq!(complaints(&several_right(), &[]), [said("answer", "Choose at least one answer")]);
    assert_eq!(
        complaints(&in_order(3, vec![]), &[("step-1", "2"), ("step-2", "2")]),
        [
            said("step-2", "Two steps are in 2nd place: give one of them another place"),
            said("step-3", "Choose a place for “step 2”"),
        ]
    );
    let all_first = [("step-1", "1"), ("step-2", "1"), ("step-3", "1")];
    assert_eq!(
        complaints(&in_order(3, vec![]), &all_first),
        [said("step-1", "Three steps are in 1st place: give each of them its own place")],
        "said once"
    );
    assert_eq!(
        complaints(&in_order(3, vec![]), &[("step-1", "1"), ("step-2", "3"), ("step-3", "1")]),
        [said("step-3", "Two steps are in 1st place: give one of them another place")]
    );
    assert_eq!(
        complaints(&pairs(), &[("prompt-1", "1"), ("prompt-3", "0")]),
        [said("prompt-2", "Choose an answer for “reporter”"), said("prompt-3", "Choose an answer for “lost stick”"),]
    );
}

// ── passing

#[test]
fn seven_of_eight_pass_and_six_do_not() {
    let questions: Vec<Question> = (0..8).map(|number| one_right(&format!("q{number}"))).collect();
    let quiz = Quiz { draw: 8, pass: 80, questions: questions.clone() };
    for right in 0..=8 {
        let answered: Vec<(&Question, bool)> = questions.iter().zip(0..).map(|(q, at)| (q, at < right)).collect();
        let tally = Tally::of(&quiz, &answered);
        assert_eq!((tally.needed, tally.right, tally.drawn), (7, right, 8));
        assert_eq!(tally.is_passed(), right >= 7);
    }
}

#[test]
fn seven_of_eight_do_not_pass_without_the_gate() {
    let mut questions: Vec<Question> = (0..8).map(|number| one_right(&format!("q{number}"))).collect();
    questions[3].gate = Some("pupil-contact".to_owned());
    let quiz = Quiz { draw: 8, pass: 80, questions: questions.clone() };
    let answered: Vec<(&Question, bool)> = questions.iter().zip(0..).map(|(q, at)| (q, at != 3)).collect();
    let tally = Tally::of(&quiz, &answered);
    assert_eq!(tally.right, 7);
    assert_eq!(tally.missed_gates, ["pupil-contact"]);
    assert!(!tally.is_passed());
}

#[test]
fn after_a_miss_the_page_that_teaches_its_clause_comes_first() {
    let (library, _) = Library::load(None);
    let course = library.course("acceptable-use").unwrap();
    for question in &course.quiz.questions {
        let pages = read_first(&course, &[question]);
        assert!(!pages.is_empty(), "no page is behind {}", question.id);
        assert!(pages.len() <= 3, "{} sends back to {} pages", question.id, pages.len());
    }
    let gate = course.quiz.questions.iter().find(|question| question.gate.is_some()).unwrap();
    let pages = read_first(&course, &[gate]);
    assert!(pages.iter().any(|reread| reread.clauses.iter().any(|clause| gate.clauses.contains(clause))));
}

#[test]
fn no_page_that_teaches_a_missed_clause_is_left_out_whatever_its_outcome() {
    let (library, _) = Library::load(None);
    for course in library.courses() {
        for question in &course.quiz.questions {
            let behind = read_first(&course, &[question]);
            let names: BTreeSet<&str> = behind.iter().map(|one| one.page.name.as_str()).collect();
            for page in &course.pages {
                let teaches = page.clauses.iter().any(|clause| question.clauses.contains(clause));
                assert!(!teaches || names.contains(page.name.as_str()), "{}: {}", question.id, page.name);
            }
            let outcomes: Vec<bool> = behind.iter().map(|one| one.page.outcome == question.outcome).collect();
            assert!(outcomes.is_sorted_by(|one, next| one >= next), "{}: its own outcome first", question.id);
        }
    }
}

// ── drawing and shuffling

fn kind() -> impl Strategy<Value = QuestionKind> {
    let choices = (2..=5_usize, 1..=2_usize).prop_map(|(count, right)| {
        let choices: Vec<Choice> = (0..count).map(|at| choice(&format!("option {at}"), at < right)).collect();
        if right == 1 { QuestionKind::OneRight(choices) } else { QuestionKind::SeveralRight(choices) }
    });
    let order = (3..=5_usize, any::<bool>()).prop_map(|(count, either)| {
        in_order(count, if either { vec![vec![count - 2, count - 1]] } else { Vec::new() }).kind
    });
    prop_oneof![choices, order, Just(pairs().kind)]
}

/// A bank with up to 3 gates and 6 outcomes, in which everything may be scarce.
fn bank() -> impl Strategy<Value = Quiz> {
    let one = (kind(), prop::option::weighted(0.2, 0..3_u8), 0..6_u8, any::<bool>());
    (prop::collection::vec(one, 1..40), 3..=10_usize).prop_map(|(written, draw)| {
        let questions = written.into_iter().enumerate().map(|(at, (kind, gate, outcome, teachers))| Question {
            outcome: format!("outcome-{outcome}"),
            gate: gate.map(|gate| format!("gate-{gate}")),
            suits: if teachers { vec![RoleGroup::Teacher] } else { Vec::new() },
            ..question(&format!("q{at}"), kind)
        });
        Quiz { draw, pass: 80, questions: questions.collect() }
    })
}

fn drawn<'a>(quiz: &'a Quiz, ids: &[String]) -> Vec<&'a Question> {
    ids.iter().map(|id| quiz.question(id).unwrap()).collect()
}

fn of<'a, T: Ord>(
    questions: impl IntoIterator<Item = &'a Question>,
    what: impl Fn(&'a Question) -> Option<T>,
) -> BTreeSet<T> {
    questions.into_iter().filter_map(what).collect()
}

fn gate(question: &Question) -> Option<&str> {
    question.gate.as_deref()
}

fn outcome(question: &Question) -> Option<&str> {
    Some(&question.outcome)
}

proptest! {
    #[test]
    fn a_draw_is_the_same_for_the_same_seed(quiz in bank(), seed: i64) {
        prop_assert_eq!(draw(&quiz, seed, &[], None), draw(&quiz, seed, &[], None));
    }

    #[test]
    fn a_draw_has_no_question_twice_and_one_of_each_gate(quiz in bank(), seed: i64, next: i64) {
        let first = draw(&quiz, seed, &[], Some(RoleGroup::Office));
        for ids in [draw(&quiz, next, &first, Some(RoleGroup::Office)), first] {
            let drawn = drawn(&quiz, &ids);
            prop_assert_eq!(of(drawn.iter().copied(), |q| Some(&q.id)).len(), drawn.len());
            let gated = drawn.iter().filter(|q| q.gate.is_some()).count();
            prop_assert_eq!(of(drawn.iter().copied(), gate), of(&quiz.questions, gate));
            prop_assert_eq!(gated, of(&quiz.questions, gate).len());
            let others = quiz.questions.iter().filter(|q| q.gate.is_none()).count();
            prop_assert_eq!(drawn.len(), quiz.draw.max(gated).min(gated + others));
        }
    }

    #[test]
    fn every_outcome_is_asked_as_far_as_the_draw_allows(quiz in bank(), seed: i64) {
        let ids = draw(&quiz, seed, &[], None);
        let drawn = drawn(&quiz, &ids);
        let asked = of(drawn.iter().copied(), outcome);
        let can_be = of(quiz.questions.iter().filter(|q| q.gate.is_none()), outcome);
        let missed = can_be.difference(&asked).count();
        // An outcome is left out only if every question drawn is a gate's or the only one of its outcome.
        if missed > 0 {
            let plain: Vec<&&Question> = drawn.iter().filter(|q| q.gate.is_none()).collect();
            prop_assert_eq!(drawn.len(), quiz.draw.max(drawn.len() - plain.len()));
            for question in plain {
                prop_assert_eq!(drawn.iter().filter(|q| q.outcome == question.outcome).count(), 1);
            }
        }
    }

    #[test]
    fn the_last_attempts_questions_come_only_where_no_other_is_left(quiz in bank(), seed: i64, next: i64) {
        let first = draw(&quiz, seed, &[], None);
        let ids = draw(&quiz, next, &first, None);
        let unused = |q: &&Question| !first.contains(&q.id) && !ids.contains(&q.id);
        for again in drawn(&quiz, &ids).into_iter().filter(|q| first.contains(&q.id)) {
            let another = quiz.questions.iter().filter(unused).find(|q| match &again.gate {
                Some(gate) => q.gate.as_ref() == Some(gate),
                None => q.gate.is_none() && q.outcome == again.outcome,
            });
            prop_assert!(another.is_none(), "{} came again though {:?} was left", again.id, another.map(|q| &q.id));
        }
    }

    #[test]
    fn what_suits_comes_first(quiz in bank(), seed: i64) {
        let ids = draw(&quiz, seed, &[], Some(RoleGroup::Office));
        let unused = |q: &&Question| !ids.contains(&q.id) && q.suits(RoleGroup::Office);
        for unsuited in drawn(&quiz, &ids).into_iter().filter(|q| !q.suits(RoleGroup::Office)) {
            let better = quiz.questions.iter().filter(unused).find(|q| match &unsuited.gate {
                Some(gate) => q.gate.as_ref() == Some(gate),
                None => q.gate.is_none() && q.outcome == unsuited.outcome,
            });
            prop_assert!(better.is_none());
        }
    }

    #[test]
    fn options_are_shuffled_the_same_way_for_the_same_seed_and_nothing_is_lost(kind in kind(), seed: i64, place in 0..8_usize) {
        let question = question("q", kind);
        let shown = shuffled_options(&question, seed, place);
        prop_assert_eq!(&shown, &shuffled_options(&question, seed, place));
        let sorted: BTreeSet<usize> = shown.iter().copied().collect();
        prop_assert_eq!(sorted.into_iter().collect::<Vec<_>>(), (0..shown.len()).collect::<Vec<_>>());
    }

    #[test]
    fn steps_never_start_in_a_right_order(count in 3..=5_usize, either: bool, seed: i64, place in 0..8_usize) {
        let question = in_order(count, if either { vec![vec![count - 2, count - 1]] } else { Vec::new() });
        let shown = shuffled_options(&question, seed, place);
        // Each step given the place at which it was shown.
        let mut given = vec![0; count];
        shown.iter().enumerate().for_each(|(position, step)| given[*step] = position);
        prop_assert!(!is_right(&question, &given));
    }

    #[test]
    fn every_course_gives_two_draws_with_nothing_in_common_but_no_gate_left_out(seed: i64, next: i64, group in 0..RoleGroup::ALL.len()) {
        thread_local!(static LIBRARY: Library = Library::load(None).0);
        let group = Some(RoleGroup::ALL[group]);
        LIBRARY.with(|library| {
            for course in library.courses() {
                let first = draw(&course.quiz, seed, &[], group);
                let second = draw(&course.quiz, next, &first, group);
                assert_eq!((first.len(), second.len()), (course.quiz.draw, course.quiz.draw));
                assert!(first.iter().all(|id| !second.contains(id)), "{} repeats itself", course.slug);
                for ids in [first, second] {
                    let drawn = drawn(&course.quiz, &ids);
                    assert_eq!(of(drawn.iter().copied(), outcome).len(), course.outcomes.len(), "{}", course.slug);
                }
            }
        });
    }
}

#[test]
fn a_stored_seed_gives_the_same_draw_for_ever() {
    let questions: Vec<Question> =
        (0..20).map(|at| Question { outcome: format!("o{}", at % 4), ..one_right(&format!("q{at}")) }).collect();
    let quiz = Quiz { draw: 5, pass: 80, questions };
    assert_eq!(draw(&quiz, 2026, &[], None), ["q12", "q17", "q14", "q0", "q19"]);
    assert_eq!(shuffled_options(&in_order(5, vec![]), 2026, 0), [1, 0, 2, 3, 4]);
}
