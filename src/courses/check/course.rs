//! A course's own rules: its length, its outcomes, its pages.

use std::collections::BTreeSet;

use super::{Desk, quiz, texts};
use crate::courses::reading::{Block, Course, Page};
use crate::courses::rules;

/// The words of a page, all that is read aloud.
const WORDS: std::ops::RangeInclusive<usize> = 150..=350;
const CLAUSES_AT_MOST: usize = 3;
/// The reading grade of a course's median page.
const MEDIAN_GRADE_AT_MOST: f64 = 6.5;
const FILE: &str = "course.toml";

/// `quiz_text` is the text of quiz.toml.
pub fn check(desk: &mut Desk, course: &Course, quiz_text: &str) {
    if course.minutes > course.minutes_at_most {
        let what = format!("it takes {} minutes, worked out; {} are claimed", course.minutes, course.minutes_at_most);
        desk.complain(FILE, 1, what);
    }
    words_of_the_course(desk, course);
    desk.changes(FILE, &course.changes);
    pages_once(desk, course);
    let outcomes = outcomes(desk, course);
    let grades = course.pages.iter().filter_map(|page| check_page(desk, course, page, &outcomes)).collect();
    if let Some(median) = rules::median(grades)
        && median > MEDIAN_GRADE_AT_MOST
    {
        desk.complain(
            FILE,
            1,
            format!("the median page's reading grade is {median:.1} (at most {MEDIAN_GRADE_AT_MOST})"),
        );
    }
    quiz::check(desk, course, &outcomes, quiz_text);
}

fn words_of_the_course(desk: &mut Desk, course: &Course) {
    let mut said = vec![&course.title, &course.summary, &course.audience];
    said.extend(&course.note);
    let blocks: Vec<Block> = said.into_iter().map(|text| Block { line: 1, text: text.clone() }).collect();
    texts::sentences(desk, FILE, &blocks);
    texts::plain(desk, FILE, &blocks);
}

fn pages_once(desk: &mut Desk, course: &Course) {
    if course.pages.is_empty() {
        desk.complain(FILE, 1, "a course has at least one page");
    }
    let mut names = BTreeSet::new();
    for page in &course.pages {
        if !names.insert(&page.name) {
            desk.complain(FILE, 1, format!("the page ‘{}’ is listed twice", page.name));
        }
        if RESERVED.contains(&page.name.as_str()) {
            desk.complain(FILE, 1, format!("a page cannot be called ‘{}’: that address is taken", page.name));
        }
    }
}

/// What else stands under a course's address.
const RESERVED: &[&str] = &["quiz", "print", "images", "result", "help"];

fn outcomes<'a>(desk: &mut Desk, course: &'a Course) -> BTreeSet<&'a str> {
    let mut before = BTreeSet::new();
    for outcome in &course.outcomes {
        desk.id_is_new(FILE, outcome.line, &outcome.id, &mut before);
        texts::line(desk, FILE, outcome.line, &outcome.text);
        if !course.pages.iter().any(|page| page.outcome == outcome.id) {
            desk.complain(FILE, outcome.line, format!("no page teaches ‘{}’", outcome.id));
        }
    }
    if course.outcomes.is_empty() {
        desk.complain(FILE, 1, "a course has at least one outcome");
    }
    course.outcomes.iter().map(|outcome| outcome.id.as_str()).collect()
}

/// Gives the page's reading grade.
fn check_page(desk: &mut Desk, course: &Course, page: &Page, outcomes: &BTreeSet<&str>) -> Option<f64> {
    let file = &format!("pages/{}.md", page.name);
    let lines = page.lines;
    if page.clauses.is_empty() || page.clauses.len() > CLAUSES_AT_MOST {
        desk.complain(file, lines.clauses, "a page teaches one to three clauses");
    }
    desk.clauses_exist(file, lines.clauses, &page.clauses);
    if !outcomes.contains(page.outcome.as_str()) {
        desk.complain(file, lines.outcome, format!("{} has no outcome ‘{}’", course.slug, page.outcome));
    }
    facts(desk, file, page);
    texts::prose(desk, file, &page.prose);
    pictures(desk, file, course, page);
    if !WORDS.contains(&page.words()) {
        let what = format!("the page has {} words ({} to {})", page.words(), WORDS.start(), WORDS.end());
        desk.complain(file, lines.body, what);
    }
    let front = [
        (lines.title, &page.title),
        (lines.do_text, &page.do_text),
        (lines.try_text, &page.try_text),
        (lines.try_answer, &page.try_answer),
    ];
    texts::plain(desk, file, &front.map(|(line, text)| Block { line, text: text.clone() }));
    let spoken = page.spoken();
    texts::sentences(desk, file, &spoken);
    texts::easy(desk, file, lines.title, &spoken)
}

fn pictures(desk: &mut Desk, file: &str, course: &Course, page: &Page) {
    for image in &page.prose.images {
        let name = image.what.trim_start_matches("images/");
        if !course.images.contains_key(name) {
            desk.complain(file, image.line, format!("there is no {}", image.what));
        }
    }
}

fn facts(desk: &mut Desk, file: &str, page: &Page) {
    for fact in &page.facts {
        if !desk.library.facts.0.contains_key(fact) {
            desk.complain(file, page.lines.facts, format!("facts.toml has no ‘{fact}’"));
        }
    }
    if !page.facts.is_empty() {
        return;
    }
    for block in page.spoken() {
        if let Some(kind) = texts::needs_a_fact(&block.text) {
            desk.complain(file, block.line, format!("{kind} on a page that names no fact"));
        }
    }
}
