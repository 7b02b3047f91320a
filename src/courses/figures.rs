//! The figures of the courses as a page of Markdown: what `seamark courses figures` prints, and `docs/figures.md` holds.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use super::check::{RightOptions, page_grades};
use super::reading::{Course, QuestionKind};
use super::{Library, rules};

/// Questions by kind: one right, several right, in order, to match.
type ByKind = [usize; 4];

pub fn figures(library: &Library) -> String {
    let courses = library.courses();
    let mut page = String::from(
        "| module | pages | questions | one right · several · order · match | clauses | minutes | grade: median, worst \
         | widest options | right longest · shortest |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for course in &courses {
        let _ = writeln!(page, "{}", line(course));
    }
    let _ = write!(page, "\n{}", summary(library, &courses));
    page
}

fn line(course: &Course) -> String {
    let questions = &course.quiz.questions;
    let [one, several, order, pairs] = by_kind(course);
    let grades = page_grades(course);
    let worst = grades.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shares = RightOptions::of(questions);
    format!(
        "| {} | {} | {} | {one} · {several} · {order} · {pairs} | {} | {} | {:.1}, {worst:.1} | {:.2} | {} · {} |",
        course.title,
        course.pages.len(),
        questions.len(),
        course.clauses().len(),
        course.minutes,
        rules::median(grades).unwrap_or_default(),
        widest(course),
        share(shares.longest, shares.questions),
        share(shares.shortest, shares.questions),
    )
}

fn by_kind(course: &Course) -> ByKind {
    let mut kinds = ByKind::default();
    for question in &course.quiz.questions {
        let kind = match question.kind {
            QuestionKind::OneRight(_) => 0,
            QuestionKind::SeveralRight(_) => 1,
            QuestionKind::Order { .. } => 2,
            QuestionKind::Match { .. } => 3,
        };
        kinds[kind] += 1;
    }
    kinds
}

/// The longest option as a multiple of the shortest, where they differ most.
fn widest(course: &Course) -> f64 {
    let ratios = course.quiz.questions.iter().filter_map(|question| {
        let texts: Vec<&str> = question.kind.choices()?.iter().map(|choice| choice.text.as_str()).collect();
        rules::length_ratio(&texts)
    });
    ratios.fold(1.0, f64::max)
}

fn share(part: usize, of: usize) -> String {
    format!("{}%", (part * 100 + of / 2).checked_div(of).unwrap_or_default())
}

fn summary(library: &Library, courses: &[Arc<Course>]) -> String {
    let pages: usize = courses.iter().map(|course| course.pages.len()).sum();
    let questions: usize = courses.iter().map(|course| course.quiz.questions.len()).sum();
    let kinds = courses.iter().map(|course| by_kind(course));
    let [one, several, order, pairs] =
        kinds.fold(ByKind::default(), |sum, kinds| std::array::from_fn(|at| sum[at] + kinds[at]));
    let taught: BTreeSet<String> = courses.iter().flat_map(|course| course.clauses()).collect();
    let clauses: usize = library.policies().iter().map(|policy| policy.clauses.len()).sum();
    let minutes: u32 = courses.iter().map(|course| course.minutes).sum();
    let grades: Vec<f64> = courses.iter().flat_map(|course| page_grades(course)).collect();
    let worst = grades.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let all: Vec<_> = courses.iter().flat_map(|course| course.quiz.questions.clone()).collect();
    let shares = RightOptions::of(&all);
    let widest = courses.iter().map(|course| widest(course)).fold(1.0, f64::max);
    format!(
        "{} modules, {pages} pages, {questions} questions ({one} one right, {several} several right, {order} in order, \
         {pairs} to match), {} of {clauses} clauses taught, {minutes} minutes in all. Reading grade of a page: median {:.1}, \
         worst {worst:.1}. The longest option is at most {widest:.2} times the shortest, where any has 25 characters. The \
         right option is the single longest in {} of the one-right questions and the single shortest in {}.\n",
        courses.len(),
        taught.len(),
        rules::median(grades).unwrap_or_default(),
        share(shares.longest, shares.questions),
        share(shares.shortest, shares.questions),
    )
}
