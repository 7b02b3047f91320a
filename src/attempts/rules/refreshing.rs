//! What is so of a refresher: which questions of several courses are drawn for somebody who did them the year before, and
//! which of the courses are done by it.

use super::{Chance, OF_THE_DRAW, each_once};
use crate::courses::trace::{ANSWERS_AT_LEAST, Missed, Misses};
use crate::courses::{Course, Question};
use crate::people::rules::RoleGroup;

/// Each module is asked about at least so many times.
const OF_EACH_AT_LEAST: usize = 2;

/// What a refresher draws from.
pub struct Banks<'a> {
    pub courses: &'a [&'a Course],
    /// Slug and id of the questions that no longer count.
    pub voided: &'a [(String, String)],
    /// Clauses, the most missed first.
    pub missed: &'a [String],
    pub group: Option<RoleGroup>,
}

type Asked<'a> = (&'a str, &'a Question);

/// Slug and id of each question, in the order in which they are asked: every gate of each course once, at least two from
/// each course, and then the clauses that are missed most. What suits the role group comes before what does not.
pub fn draw(banks: &Banks, questions: usize, seed: i64) -> Vec<(String, String)> {
    let mut chance = Chance::of(seed, OF_THE_DRAW);
    let is_voided = |slug: &str, id: &str| banks.voided.iter().any(|(of, question)| of == slug && question == id);
    let all =
        banks.courses.iter().flat_map(|course| course.quiz.questions.iter().map(|one| (course.slug.as_str(), one)));
    let bank = chance.shuffled(all.filter(|(slug, one)| !is_voided(slug, &one.id)).collect::<Vec<Asked>>());
    let mut hand = Hand { bank, banks, drawn: Vec::new() };
    for course in banks.courses {
        for gate in each_once(course.quiz.questions.iter().filter_map(|question| question.gate.as_deref())) {
            hand.take(|(slug, one)| *slug == course.slug && one.gate.as_deref() == Some(gate));
        }
    }
    for course in banks.courses {
        while hand.count_of(&course.slug) < OF_EACH_AT_LEAST
            && hand.take(|(slug, one)| *slug == course.slug && one.gate.is_none())
        {}
    }
    for clause in banks.missed.iter().cycle().take(banks.missed.len() * questions) {
        if hand.drawn.len() < questions {
            hand.take(|(_, one)| one.gate.is_none() && one.clauses.contains(clause));
        }
    }
    while hand.drawn.len() < questions && hand.take(|(_, one)| one.gate.is_none()) {}
    chance.shuffled(hand.drawn).into_iter().map(|(slug, one)| (slug.to_owned(), one.id.clone())).collect()
}

struct Hand<'a> {
    bank: Vec<Asked<'a>>,
    banks: &'a Banks<'a>,
    drawn: Vec<Asked<'a>>,
}

impl<'a> Hand<'a> {
    fn take(&mut self, allowed: impl Fn(&Asked) -> bool) -> bool {
        let has = |(slug, one): &Asked| self.drawn.iter().any(|(of, drawn)| of == slug && drawn.id == one.id);
        let left = self.bank.iter().filter(|asked| allowed(asked) && !has(asked));
        let best = left.min_by_key(|(_, one)| self.rank(one)).copied();
        self.drawn.extend(best);
        best.is_some()
    }

    /// The lower, the sooner drawn.
    fn rank(&self, question: &Question) -> (bool, usize) {
        let does_not_suit = self.banks.group.is_some_and(|group| !question.suits(group));
        let place = |clause: &String| self.banks.missed.iter().position(|missed| missed == clause);
        (does_not_suit, question.clauses.iter().filter_map(place).min().unwrap_or(usize::MAX))
    }

    fn count_of(&self, slug: &str) -> usize {
        self.drawn.iter().filter(|(of, _)| *of == slug).count()
    }
}

// ── which clauses are missed

/// The clauses of which enough is known, those first that are missed most often; among equals by name.
pub fn most_missed(by_clause: &Misses) -> Vec<String> {
    let mut known: Vec<(&String, &Missed)> =
        by_clause.iter().filter(|(_, misses)| misses.answers >= ANSWERS_AT_LEAST && misses.wrong > 0).collect();
    known.sort_by(|(one, of_one), (other, of_other)| {
        (of_other.wrong * of_one.answers).cmp(&(of_one.wrong * of_other.answers)).then(one.cmp(other))
    });
    known.into_iter().map(|(clause, _)| clause.clone()).collect()
}

// ── what is done by it

/// How a refresher went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    pub right: usize,
    pub asked: usize,
    /// How many must be right for all to be done at once.
    pub needed: usize,
    pub missed_a_gate: bool,
    /// The courses with a wrong answer, each once.
    pub missed: Vec<String>,
}

impl Sum {
    /// Each question with its course and whether it was answered rightly.
    pub fn of(answered: &[(&str, &Question, bool)], pass: u32) -> Sum {
        let wrong = || answered.iter().filter(|(_, _, is_right)| !is_right);
        Sum {
            right: answered.len() - wrong().count(),
            asked: answered.len(),
            needed: (answered.len() * pass as usize).div_ceil(100),
            missed_a_gate: wrong().any(|(_, question, _)| question.gate.is_some()),
            missed: each_once(wrong().map(|(slug, ..)| *slug)).into_iter().map(str::to_owned).collect(),
        }
    }

    /// Enough right, and every gate: all courses are done.
    pub fn is_passed(&self) -> bool {
        self.right >= self.needed && !self.missed_a_gate
    }

    /// Whether one course is done: nothing of it was missed, or all are done.
    pub fn completes(&self, slug: &str) -> bool {
        self.is_passed() || !self.missed.iter().any(|missed| missed == slug)
    }
}
