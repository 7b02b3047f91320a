//! Opinions: what learners think of a course or a question, as counts. No person, no account, no words of their own and no
//! time but the week are kept, so that nobody can be known by them, and so that none can carry a worry to nobody.

use std::collections::BTreeMap;

use super::store::opinions as store;
use crate::act::Act;
use crate::courses::Course;
use crate::db::Conn;
use crate::problem::{Problem, Result};

/// One thing that is asked, and what may be said: the word that is kept, and the words that are shown.
pub struct Asked {
    pub about: &'static str,
    pub ask: &'static str,
    pub answers: &'static [(&'static str, &'static str)],
}

/// The two questions at a course's end.
pub const AT_THE_END: [Asked; 2] = [
    Asked {
        about: "worth",
        ask: "Was this course worth your time?",
        answers: &[("yes", "Yes"), ("partly", "Partly"), ("no", "No")],
    },
    Asked {
        about: "clear",
        ask: "Was it easy to understand?",
        answers: &[("yes", "Yes, all of it"), ("mostly", "Most of it"), ("no", "Much of it was hard")],
    },
];

/// What may seem wrong with a question.
pub const OF_A_QUESTION: Asked = Asked {
    about: "question",
    ask: "What seems wrong with this question?",
    answers: &[
        ("key", "Another answer is right, or right too"),
        ("unclear", "I cannot tell what it asks"),
        ("unlike", "This could not happen in my job"),
        ("unkind", "It is unfair to some people"),
    ],
};

impl Asked {
    fn takes(&self, said: &str) -> Result<&'static str> {
        let answer = self.answers.iter().find(|(word, _)| *word == said);
        answer.map(|(word, _)| *word).ok_or_else(|| Problem::invalid(self.about, "Choose one answer"))
    }
}

/// Counts what somebody said of a course. One of the questions may be left open; both is `Invalid`.
pub fn of_course(act: &mut Act, course: &Course, said: &[(&'static str, String)]) -> Result<()> {
    if said.iter().all(|(_, answer)| answer.is_empty()) {
        return Err(Problem::invalid(AT_THE_END[0].about, "Choose an answer to at least one of the questions"));
    }
    for asked in &AT_THE_END {
        let answer = said.iter().find(|(about, answer)| *about == asked.about && !answer.is_empty());
        if let Some((_, answer)) = answer {
            count(act, course, asked.about, asked.takes(answer)?)?;
        }
    }
    Ok(())
}

/// Counts that a question seems wrong to somebody.
pub fn of_question(act: &mut Act, course: &Course, question: &str, said: &str) -> Result<()> {
    course.quiz.question(question).ok_or(Problem::NotFound)?;
    count(act, course, &format!("{} {question}", OF_A_QUESTION.about), OF_A_QUESTION.takes(said)?)
}

fn count(act: &mut Act, course: &Course, about: &str, said: &str) -> Result<()> {
    store::count_one(act.conn, &course.slug, &course.version, &act.now.day().monday().to_string(), about, said)
}

/// From so many answers on their counts are shown: of fewer somebody might know who gave which.
pub const SHOWN_FROM: i32 = 5;

/// How often each thing was said of one course.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfCourse {
    /// By what it is about ("worth", "clear") and what was said.
    pub at_the_end: BTreeMap<(String, String), i32>,
    /// By the question's id, then by what was said.
    pub of_questions: BTreeMap<String, BTreeMap<String, i32>>,
}

/// All opinions, by the course's slug.
pub fn opinions(conn: &mut Conn) -> Result<BTreeMap<String, OfCourse>> {
    let mut all: BTreeMap<String, OfCourse> = BTreeMap::new();
    for (slug, _, _, about, said, times) in store::opinions(conn)? {
        let of_course = all.entry(slug).or_default();
        match about.strip_prefix("question ") {
            Some(id) => *of_course.of_questions.entry(id.to_owned()).or_default().entry(said).or_default() += times,
            None => *of_course.at_the_end.entry((about, said)).or_default() += times,
        }
    }
    Ok(all)
}
