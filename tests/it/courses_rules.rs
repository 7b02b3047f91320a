//! How words, sentences and options are measured.

use seamark::courses::rules::*;

#[test]
fn syllables_are_counted_as_people_say_them() {
    let list = include_str!("syllables.txt");
    let mut wrong = Vec::new();
    for line in list.lines() {
        let (word, count) = line.split_once(' ').expect("a word and its syllables");
        if syllables(word) != count.parse::<usize>().expect("a number") {
            wrong.push(format!("{word}: {} for {count}", syllables(word)));
        }
    }
    assert!(list.lines().count() >= 300);
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn numbers_and_abbreviations_are_one_syllable_and_a_glossary_term_is_two() {
    for word in ["999", "P29", "DSL", "AI", "2026", "80%", "(DSL)", "DSLs", "e.g."] {
        assert_eq!(syllables(word), 1, "{word}");
    }
    assert_eq!(syllables("\u{2}two-step\u{a0}verification"), 2);
    assert_eq!(syllables("self-check"), 2);
    assert_eq!(syllables("low-level"), 3);
}

#[test]
fn a_sentence_ends_where_a_reader_would_pause() {
    assert_eq!(sentences("Stop. Look! Who is it? “Me.” Then go.").len(), 5);
    assert_eq!(sentences("No full stop").len(), 1);
    assert_eq!(sentences("It costs 3.50 at www.shop.example. Ask first.").len(), 2);
    assert_eq!(sentences("Well done, L. in 3B.").len(), 1);
    assert_eq!(sentences("Written by J. Smith. He left.").len(), 2);
    assert_eq!(sentences("He said “no.” and left.").len(), 1);
    assert_eq!(sentences("").len(), 0);
}

#[test]
fn addresses_are_left_out_and_two_words_with_a_stroke_are_two() {
    assert_eq!(count_words("Write to a.b@school.example or see https://school.example/x and/or ask"), 7);
    assert_eq!(count_words("one – two — three"), 3);
    assert_eq!(count_words("* – “”"), 0);
}

#[test]
fn the_grade_is_flesch_and_kincaids() {
    // Two sentences, six words, six syllables: 0.39 × 3 + 11.8 × 1 − 15.59.
    let grade = reading_grade(["The cat sat. The dog ran."]).expect("a grade");
    assert!((grade - -2.62).abs() < 1e-9);
    assert_eq!(reading_grade(["", "–"]), None);
}

#[test]
fn minutes_are_worked_out_and_rounded_up() {
    assert_eq!(minutes(2000, 9, 8), 10 + 3 + 6);
    assert_eq!(minutes(0, 0, 0), 0);
    assert_eq!(minutes(1, 1, 0), 1);
}

#[test]
fn options_give_themselves_away_by_length_only_if_one_stands_out() {
    assert_eq!(length_ratio(&["Yes", "No, and tell them so"]), None);
    assert_eq!(length_ratio(&["a".repeat(26).as_str(), "a".repeat(13).as_str()]), Some(2.0));
    assert_eq!(single_longest(&["one", "three", "four"]), Some(1));
    assert_eq!(single_longest(&["three", "seven", "one"]), None);
    assert_eq!(single_shortest(&["three", "seven", "one"]), Some(2));
    assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
    assert_eq!(median(Vec::new()), None);
}
