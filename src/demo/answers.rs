//! What a made-up person sends for a question: the right answer, or a wrong one.

use crate::attempts::rules::{ANSWER, prompt_field, step_field};
use crate::courses::{Question, QuestionKind};

/// A form's names and values; `shown` is the order in which the options stand.
pub fn sent(question: &Question, shown: &[usize], right: bool) -> Vec<(String, String)> {
    let field = |name: String, position: usize| (name, (position + 1).to_string());
    match &question.kind {
        QuestionKind::OneRight(choices) => {
            let position = shown.iter().position(|place| choices[*place].is_right == right);
            position.map(|position| field(ANSWER.to_owned(), position)).into_iter().collect()
        }
        QuestionKind::SeveralRight(choices) => shown
            .iter()
            .enumerate()
            .filter(|(_, place)| choices[**place].is_right == right)
            .map(|(position, _)| field(ANSWER.to_owned(), position))
            .collect(),
        QuestionKind::Order { steps, .. } => shown
            .iter()
            .enumerate()
            .map(|(position, step)| {
                let place = if right { *step } else { (step + 1) % steps.len() };
                field(step_field(position), place)
            })
            .collect(),
        QuestionKind::Match { pairs, .. } => {
            let answers = question.kind.answers();
            let at =
                |answer: &str| shown.iter().position(|place| answers.get(*place) == Some(&answer)).unwrap_or_default();
            pairs
                .iter()
                .enumerate()
                .map(|(prompt, pair)| {
                    let position = if right { at(&pair.answer) } else { (at(&pair.answer) + 1) % answers.len() };
                    field(prompt_field(prompt), position)
                })
                .collect()
        }
    }
}
