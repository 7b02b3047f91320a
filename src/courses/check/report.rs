//! What `seamark courses check` prints: the complaints, then a line of figures for each course; with `--facts`, what nobody
//! has confirmed.

use std::fmt::Write;
use std::path::Path;

use super::quiz::RightOptions;
use super::texts;
use crate::courses::reading::{Course, QuestionKind};
use crate::courses::{LastSound, Library, rules};
use crate::text;

/// The output, and whether all of it is sound. `directory` is laid over the built-in content.
pub fn check_command(directory: Option<&Path>, facts: bool) -> (String, bool) {
    let (library, complaints) = Library::load(directory);
    let mut output = String::new();
    for complaint in &complaints {
        let _ = writeln!(output, "{complaint}");
    }
    if facts {
        unconfirmed(&library, &mut output);
    }
    for draft in &library.drafts {
        let _ = writeln!(output, "{draft}");
    }
    for course in library.courses() {
        let _ = writeln!(output, "{}", figures(&course));
    }
    let _ = match complaints.len() {
        0 => writeln!(output, "All sound."),
        number => writeln!(output, "{}.", text::count(number, "complaint", "complaints")),
    };
    (output, complaints.is_empty())
}

/// What `check --against` prints: whom each difference from an earlier state would touch, and what is wrong with it.
pub fn against_command(directory: Option<&Path>, earlier: &Path) -> (String, bool) {
    let (before, _) = Library::load(Some(earlier));
    let (compared, _) = Library::load(Some(earlier));
    let (library, complaints) = Library::load_after(directory, &LastSound::of(compared));
    let mut output = String::new();
    for complaint in &complaints {
        let _ = writeln!(output, "{complaint}");
    }
    let differences = library.differences(&before);
    for difference in &differences {
        let _ = writeln!(output, "{difference}");
    }
    let _ = match (differences.len(), complaints.len()) {
        (0, 0) => writeln!(output, "Nothing is different."),
        (_, 0) => writeln!(output, "All sound."),
        (_, number) => writeln!(output, "{}.", text::count(number, "complaint", "complaints")),
    };
    (output, complaints.is_empty())
}

fn unconfirmed(library: &Library, output: &mut String) {
    for (id, fact) in &library.facts.0 {
        if !fact.confirmed {
            let _ = writeln!(output, "facts.toml:{}: unconfirmed: {id}: {} ({})", fact.line, fact.says, fact.source);
        }
    }
}

/// The reading grade of each page.
pub fn page_grades(course: &Course) -> Vec<f64> {
    course.pages.iter().filter_map(|page| texts::grade(&page.spoken())).collect()
}

/// "acceptable-use: 9 pages, 34 questions (26 one right, …), at most 14 minutes, reading grade 5.1 (worst 6.9)"
fn figures(course: &Course) -> String {
    let questions = &course.quiz.questions;
    let of_kind =
        |wanted: fn(&QuestionKind) -> bool| questions.iter().filter(|question| wanted(&question.kind)).count();
    let grades = page_grades(course);
    let worst = grades.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let ratios = questions.iter().filter_map(|question| {
        let texts: Vec<&str> = question.kind.choices()?.iter().map(|choice| choice.text.as_str()).collect();
        rules::length_ratio(&texts)
    });
    let shares = RightOptions::of(questions);
    format!(
        "{}: {} pages, {} questions ({} one right, {} several right, {} in order, {} to match), {} clauses, {} minutes; \
         reading grade {:.1}, worst {worst:.1}; options up to {:.2} to 1; right one longest in {} and shortest in {} of {}",
        course.slug,
        course.pages.len(),
        questions.len(),
        of_kind(|kind| matches!(kind, QuestionKind::OneRight(_))),
        of_kind(|kind| matches!(kind, QuestionKind::SeveralRight(_))),
        of_kind(|kind| matches!(kind, QuestionKind::Order { .. })),
        of_kind(|kind| matches!(kind, QuestionKind::Match { .. })),
        course.clauses().len(),
        course.minutes,
        rules::median(grades).unwrap_or_default(),
        ratios.fold(1.0, f64::max),
        shares.longest,
        shares.shortest,
        shares.questions,
    )
}
