//! What is so of a quiz: which questions an attempt draws, in what order their options stand, when an answer is right, and
//! when an attempt is passed. A seed comes in; the same seed gives the same again, years later.

pub mod refreshing;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::courses::reading::{Pair, Quiz, Step};
use crate::courses::{Choice, Course, Page, Question, QuestionKind};
use crate::people::rules::RoleGroup;
use crate::problem::{Complaints, Problem};
use crate::text::{capital, in_words};

// ── drawing

/// The ids of an attempt's questions, in the order in which they are asked: one of each gate, at least one for each
/// outcome as far as the draw allows, and the rest spread over the outcomes. What the last attempt had comes only when no
/// other is left to choose from; what suits the role group comes before what does not.
pub fn draw(quiz: &Quiz, seed: i64, last: &[String], group: Option<RoleGroup>) -> Vec<String> {
    let mut chance = Chance::of(seed, OF_THE_DRAW);
    let bank = chance.shuffled(quiz.questions.iter().collect());
    let mut hand = Hand { bank, last, group, drawn: Vec::new() };
    for gate in each_once(quiz.questions.iter().filter_map(|question| question.gate.as_deref())) {
        hand.take_from_gate(gate);
    }
    let outcomes = each_once(quiz.questions.iter().map(|question| question.outcome.as_str()));
    for outcome in chance.shuffled(outcomes) {
        if hand.drawn.len() < quiz.draw && hand.count_of(outcome) == 0 {
            hand.take_from_outcome(outcome);
        }
    }
    while hand.drawn.len() < quiz.draw && hand.take_any() {}
    chance.shuffled(hand.drawn).into_iter().map(|question| question.id.clone()).collect()
}

/// The questions taken so far, and the shuffled bank that more are taken from.
struct Hand<'a> {
    bank: Vec<&'a Question>,
    last: &'a [String],
    group: Option<RoleGroup>,
    drawn: Vec<&'a Question>,
}

impl<'a> Hand<'a> {
    fn take_from_gate(&mut self, gate: &str) {
        self.take(|question| question.gate.as_deref() == Some(gate));
    }

    /// A gate's questions are drawn for the gate alone, so that no rule is asked twice.
    fn take_from_outcome(&mut self, outcome: &str) {
        self.take(|question| question.gate.is_none() && question.outcome == outcome);
    }

    fn take_any(&mut self) -> bool {
        self.take(|question| question.gate.is_none())
    }

    /// Takes the best of those allowed; false if there is none.
    fn take(&mut self, allowed: impl Fn(&Question) -> bool) -> bool {
        let left = self.bank.iter().filter(|question| allowed(question) && !self.has(question));
        let best = left.min_by_key(|question| self.rank(question)).copied();
        self.drawn.extend(best);
        best.is_some()
    }

    /// The lower, the sooner drawn.
    fn rank(&self, question: &Question) -> (bool, bool, usize) {
        let was_in_last = self.last.contains(&question.id);
        let does_not_suit = self.group.is_some_and(|group| !question.suits(group));
        (was_in_last, does_not_suit, self.count_of(&question.outcome))
    }

    fn has(&self, question: &Question) -> bool {
        self.drawn.iter().any(|drawn| drawn.id == question.id)
    }

    fn count_of(&self, outcome: &str) -> usize {
        self.drawn.iter().filter(|question| question.outcome == outcome).count()
    }
}

fn each_once<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut once = Vec::new();
    for word in words {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once
}

// ── shuffling

/// In what order the options, steps or answers of a question are shown: at each position, the place in the file. Steps
/// never stand in a right order, unless every order is right.
pub fn shuffled_options(question: &Question, seed: i64, place: usize) -> Vec<usize> {
    let mut shown = Chance::of(seed, place as u64).shuffled((0..parts(question)).collect());
    if let QuestionKind::Order { either_way, .. } = &question.kind
        && is_right_order(&shown, either_way)
    {
        // One step on, no step can be where it was, and two that may change places cannot both still be right.
        shown.rotate_left(1);
    }
    shown
}

fn parts(question: &Question) -> usize {
    match &question.kind {
        QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => choices.len(),
        QuestionKind::Order { steps, .. } => steps.len(),
        QuestionKind::Match { .. } => question.kind.answers().len(),
    }
}

/// Places of steps, in the order in which they stand.
fn is_right_order(standing: &[usize], either_way: &[Vec<usize>]) -> bool {
    standing.iter().enumerate().all(|(place, step)| may_stand_at(*step, place, either_way))
}

fn may_stand_at(step: usize, place: usize, either_way: &[Vec<usize>]) -> bool {
    step == place || either_way.iter().any(|group| group.contains(&step) && group.contains(&place))
}

/// Chance that can be had again: a stream of its own for the draw and for each place.
struct Chance(ChaCha8Rng);

const OF_THE_DRAW: u64 = u64::MAX;

impl Chance {
    fn of(seed: i64, stream: u64) -> Chance {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&stream.to_le_bytes());
        Chance(ChaCha8Rng::from_seed(key))
    }

    /// Written out here, because a library's shuffle may change from one release to the next, and an attempt must not.
    fn shuffled<T>(&mut self, mut items: Vec<T>) -> Vec<T> {
        for last in (1..items.len()).rev() {
            let wide = u128::from(self.0.next_u64()) * (last as u128 + 1);
            items.swap(last, (wide >> 64) as usize);
        }
        items
    }
}

// ── reading an answer

/// Names and values of a form, as they were sent. Values are shuffled positions, counted from 1.
pub type Sent = [(String, String)];

/// The name of the field for a question with one group of options.
pub const ANSWER: &str = "answer";

/// The name of a step's field; `position` is where the step is shown, counted from 0.
pub fn step_field(position: usize) -> String {
    format!("step-{}", position + 1)
}

/// The name of a prompt's field, counted from 0.
pub fn prompt_field(prompt: usize) -> String {
    format!("prompt-{}", prompt + 1)
}

/// The positions sent under a name, counted from 0, sorted and each once. What is no position is left out.
pub fn positions(sent: &Sent, field: &str, of: usize) -> Vec<usize> {
    let values =
        sent.iter().filter(|(name, _)| name == field).filter_map(|(_, value)| value.trim().parse::<usize>().ok());
    let mut positions: Vec<usize> =
        values.filter(|number| (1..=of).contains(number)).map(|number| number - 1).collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// What was chosen. A blank, or two steps in one place, is no answer: it is complained of, field by field.
pub fn read(question: &Question, shown: &[usize], sent: &Sent) -> Result<Chosen, Problem> {
    match &question.kind {
        QuestionKind::OneRight(_) => match positions(sent, ANSWER, shown.len())[..] {
            [position] => Ok(Chosen(vec![shown[position]])),
            _ => Err(Problem::invalid(ANSWER, "Choose one answer")),
        },
        QuestionKind::SeveralRight(_) => read_several(shown, sent),
        QuestionKind::Order { steps, .. } => read_order(steps, shown, sent),
        QuestionKind::Match { pairs, .. } => read_pairs(pairs, shown, sent),
    }
}

fn read_several(shown: &[usize], sent: &Sent) -> Result<Chosen, Problem> {
    let mut chosen: Vec<usize> =
        positions(sent, ANSWER, shown.len()).into_iter().map(|position| shown[position]).collect();
    chosen.sort_unstable();
    if chosen.is_empty() { Err(Problem::invalid(ANSWER, "Choose at least one answer")) } else { Ok(Chosen(chosen)) }
}

fn read_order(steps: &[Step], shown: &[usize], sent: &Sent) -> Result<Chosen, Problem> {
    let place_of = |position| positions(sent, &step_field(position), steps.len()).first().copied();
    let places: Vec<Option<usize>> = (0..shown.len()).map(place_of).collect();
    let mut complaints = Complaints::default();
    let mut given = vec![0; steps.len()];
    for (position, (step, place)) in shown.iter().zip(&places).enumerate() {
        let Some(place) = *place else {
            complaints.add(&step_field(position), format!("Choose a place for “{}”", steps[*step].text));
            continue;
        };
        given[*step] = place;
        let sharing: Vec<usize> = (0..places.len()).filter(|other| places[*other] == Some(place)).collect();
        if let Some((at, complaint)) = shared_place(&sharing, place)
            && at == position
        {
            complaints.add(&step_field(position), complaint);
        }
    }
    complaints.into_result().map(|()| Chosen(given))
}

/// Several steps in one place are complained of once: of two at the second, of more at the first.
fn shared_place(sharing: &[usize], place: usize) -> Option<(usize, String)> {
    let (at, remedy) = match sharing {
        [] | [_] => return None,
        [_, second] => (*second, "give one of them another place"),
        [first, ..] => (*first, "give each of them its own place"),
    };
    let steps = capital(&in_words(sharing.len()));
    Some((at, format!("{steps} steps are in {} place: {remedy}", ordinal(place))))
}

fn read_pairs(pairs: &[Pair], shown: &[usize], sent: &Sent) -> Result<Chosen, Problem> {
    let mut complaints = Complaints::default();
    let mut given = Vec::new();
    for (prompt, pair) in pairs.iter().enumerate() {
        match positions(sent, &prompt_field(prompt), shown.len())[..] {
            [position] => given.push(shown[position]),
            _ => complaints.add(&prompt_field(prompt), format!("Choose an answer for “{}”", pair.prompt)),
        }
    }
    complaints.into_result().map(|()| Chosen(given))
}

// ── marking

/// What somebody chose, by places in the file and not by what the page showed: the chosen options, sorted; or for each step
/// the place it was given; or for each prompt its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chosen(pub Vec<usize>);

impl Chosen {
    /// Whether it is an answer to this question at all: nothing blank, nothing twice, nothing that is not there.
    pub fn answers(&self, question: &Question) -> bool {
        let there = |count: usize| self.0.iter().all(|place| *place < count);
        let rising = self.0.windows(2).all(|pair| pair[0] < pair[1]);
        match &question.kind {
            QuestionKind::OneRight(choices) => self.0.len() == 1 && there(choices.len()),
            QuestionKind::SeveralRight(choices) => !self.0.is_empty() && rising && there(choices.len()),
            QuestionKind::Order { steps, .. } => {
                let mut places = self.0.clone();
                places.sort_unstable();
                places.into_iter().eq(0..steps.len())
            }
            QuestionKind::Match { pairs, .. } => self.0.len() == pairs.len() && there(parts(question)),
        }
    }
}

/// Right or wrong, and why. There are no part marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    pub is_right: bool,
    /// The chosen options alone, so that no other is given away; or every step in its right order; or every pair.
    pub rows: Vec<MarkedRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedRow {
    /// The option; "2nd: Hide it"; "A list went astray: data protection lead".
    pub text: String,
    pub is_right: bool,
    /// What was chosen for this step or prompt instead; none for an option.
    pub given: Option<String>,
    pub reason: String,
}

/// Marks an answer: the one right option; exactly the right set; an order that counts as right; every pair.
pub fn mark(question: &Question, chosen: &Chosen) -> Marked {
    match &question.kind {
        QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => mark_choices(choices, chosen),
        QuestionKind::Order { steps, either_way } => mark_order(steps, either_way, chosen),
        QuestionKind::Match { pairs, .. } => mark_pairs(pairs, &question.kind.answers(), chosen),
    }
}

fn mark_choices(choices: &[Choice], chosen: &Chosen) -> Marked {
    let right = choices.iter().enumerate().filter(|(_, choice)| choice.is_right).map(|(place, _)| place);
    let rows = chosen.0.iter().filter_map(|place| choices.get(*place)).map(|choice| MarkedRow {
        text: choice.text.clone(),
        is_right: choice.is_right,
        given: None,
        reason: choice.reason.clone(),
    });
    Marked { is_right: right.eq(chosen.0.iter().copied()), rows: rows.collect() }
}

fn mark_order(steps: &[Step], either_way: &[Vec<usize>], chosen: &Chosen) -> Marked {
    let rows = steps.iter().zip(&chosen.0).enumerate().map(|(step, (written, given))| MarkedRow {
        text: format!("{}: {}", right_places(step, steps.len(), either_way), written.text),
        is_right: may_stand_at(step, *given, either_way),
        given: Some(ordinal(*given)),
        reason: written.reason.clone(),
    });
    all_right(rows.collect(), steps.len())
}

fn mark_pairs(pairs: &[Pair], answers: &[&str], chosen: &Chosen) -> Marked {
    let given = chosen.0.iter().map(|place| answers.get(*place).copied().unwrap_or_default());
    let rows = pairs.iter().zip(given).map(|(pair, given)| MarkedRow {
        text: format!("{}: {}", pair.prompt, pair.answer),
        is_right: pair.answer == given,
        given: Some(given.to_owned()),
        reason: pair.reason.clone(),
    });
    all_right(rows.collect(), pairs.len())
}

fn all_right(rows: Vec<MarkedRow>, wanted: usize) -> Marked {
    Marked { is_right: rows.len() == wanted && rows.iter().all(|row| row.is_right), rows }
}

/// "3rd", or "3rd or 4th" where both ways count.
fn right_places(step: usize, steps: usize, either_way: &[Vec<usize>]) -> String {
    let right = (0..steps).filter(|place| may_stand_at(step, *place, either_way));
    right.map(ordinal).collect::<Vec<_>>().join(" or ")
}

/// Counted from 0: "1st", "2nd", "3rd", "4th".
pub fn ordinal(place: usize) -> String {
    let number = place + 1;
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

// ── passing

/// How a whole attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub right: usize,
    pub drawn: usize,
    /// How many of those drawn must be right.
    pub needed: usize,
    pub missed_gates: Vec<String>,
}

impl Tally {
    pub fn of(quiz: &Quiz, answered: &[(&Question, bool)]) -> Tally {
        let missed = answered.iter().filter(|(_, is_right)| !is_right);
        Tally {
            right: answered.iter().filter(|(_, is_right)| *is_right).count(),
            drawn: answered.len(),
            needed: quiz.needed(answered.len()),
            missed_gates: missed.filter_map(|(question, _)| question.gate.clone()).collect(),
        }
    }

    /// Enough right, and every gate.
    pub fn is_passed(&self) -> bool {
        self.right >= self.needed && self.missed_gates.is_empty()
    }
}

/// A page worth another look, and those of its clauses that were missed.
#[derive(Debug, Clone)]
pub struct Reread<'a> {
    pub page: &'a Page,
    pub clauses: Vec<String>,
}

/// The pages behind what was missed: those that teach a missed clause, first those that do so for the outcome it was asked
/// for; each in the course's order.
pub fn read_first<'a>(course: &'a Course, missed: &[&Question]) -> Vec<Reread<'a>> {
    let nearest = |page: &Page| missed.iter().filter_map(|question| nearness(course, page, question)).min();
    let mut behind: Vec<(Nearness, &Page)> =
        course.pages.iter().filter_map(|page| Some((nearest(page)?, page))).collect();
    behind.sort_by_key(|(nearness, _)| *nearness);
    let asked = |clause: &&String| missed.iter().any(|question| question.clauses.contains(clause));
    let reread = |page: &'a Page| Reread { page, clauses: page.clauses.iter().filter(asked).cloned().collect() };
    behind.into_iter().map(|(_, page)| reread(page)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    ClauseAndOutcome,
    Clause,
    /// Where no page teaches any of the clauses.
    Outcome,
}

/// How near a page is to what a question asks, if it is at all.
fn nearness(course: &Course, page: &Page, question: &Question) -> Option<Nearness> {
    let teaches = |page: &Page| page.clauses.iter().any(|clause| question.clauses.contains(clause));
    match (teaches(page), page.outcome == question.outcome) {
        (true, true) => Some(Nearness::ClauseAndOutcome),
        (true, false) => Some(Nearness::Clause),
        (false, true) if !course.pages.iter().any(teaches) => Some(Nearness::Outcome),
        (false, _) => None,
    }
}
