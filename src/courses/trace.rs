//! The thread from each clause of a policy to where it is taught, which questions ask it, which statement signs it, and how
//! often it is missed.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use super::reading::{Binds, Clause};
use super::{Library, Policy, check};
use crate::text;

/// Fewer answers than this say nothing about a clause.
pub const ANSWERS_AT_LEAST: u64 = 20;

/// How questions about a clause were answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Missed {
    pub answers: u64,
    pub wrong: u64,
}

impl Missed {
    /// Whole per cents of the answers that were wrong; none until there are enough answers.
    pub fn per_cent(self) -> Option<u64> {
        (self.answers >= ANSWERS_AT_LEAST).then(|| (self.wrong * 100 + self.answers / 2) / self.answers)
    }
}

/// By clause.
pub type Misses = BTreeMap<String, Missed>;

/// One clause, and all that has to do with it.
#[derive(Debug, Clone)]
pub struct Traced {
    pub policy: String,
    pub clause: String,
    pub name: String,
    pub binds: Vec<Binds>,
    pub duty: bool,
    /// "acceptable-use/whose-voice": a course's page.
    pub taught: Vec<String>,
    /// "acceptable-use: former-pupil-follows": a course's question.
    pub asked: Vec<String>,
    /// "all-staff: pupil-contact": a set's statement.
    pub signed: Vec<String>,
    /// None without a database, and until there are enough answers.
    pub missed: Option<Missed>,
    /// What is missing, as sentences.
    pub gaps: Vec<String>,
}

/// Every clause of every policy in use, in the order of the policy's text.
pub fn trace(library: &Library, misses: &Misses) -> Vec<Traced> {
    let policies = library.policies();
    let clauses = policies.iter().flat_map(|policy| {
        let known = policy.sections.iter().filter_map(|section| policy.clauses.get_key_value(&section.id));
        known.map(|(id, clause)| traced(library, policy, id, clause, misses)).collect::<Vec<_>>()
    });
    clauses.collect()
}

fn traced(library: &Library, policy: &Policy, id: &str, clause: &Clause, misses: &Misses) -> Traced {
    let names = |clauses: &[String]| clauses.iter().any(|named| named == id);
    let courses = library.courses();
    let pages = courses.iter().flat_map(|course| course.pages.iter().map(move |page| (course, page)));
    let questions = courses.iter().flat_map(|course| course.quiz.questions.iter().map(move |asked| (course, asked)));
    let statements = policy.statement_sets.iter().flat_map(|set| set.statements.iter().map(move |said| (set, said)));
    let mut traced = Traced {
        policy: policy.slug.clone(),
        clause: id.to_owned(),
        name: clause.name.clone(),
        binds: clause.binds.clone(),
        duty: clause.duty,
        taught: pages
            .filter(|(_, page)| names(&page.clauses))
            .map(|(course, page)| format!("{}/{}", course.slug, page.name))
            .collect(),
        asked: questions
            .filter(|(_, question)| names(&question.clauses))
            .map(|(course, question)| format!("{}: {}", course.slug, question.id))
            .collect(),
        signed: statements
            .filter(|(_, statement)| names(&statement.clauses))
            .map(|(set, statement)| format!("{}: {}", set.name, statement.id))
            .collect(),
        missed: misses.get(id).copied().filter(|missed| missed.per_cent().is_some()),
        gaps: Vec::new(),
    };
    traced.gaps = gaps(policy, &traced);
    traced
}

/// Whoever is bound is taught and asked, and signs for each duty. A school's addendum is read and signed: it has no courses.
fn gaps(policy: &Policy, traced: &Traced) -> Vec<String> {
    let mut gaps = Vec::new();
    let binds_somebody = traced.binds.iter().any(|whom| *whom != Binds::School);
    if binds_somebody && policy.adds_to.is_none() {
        if traced.taught.is_empty() {
            gaps.push(format!("{} is taught on no page", traced.clause));
        }
        if traced.asked.is_empty() {
            gaps.push(format!("{} is asked by no question", traced.clause));
        }
    }
    if traced.duty {
        let unsigned = check::unsigned_by(policy, &traced.clause, &traced.binds);
        gaps.extend(
            unsigned.iter().map(|set| format!("{} is a duty that statements/{set}.toml does not sign", traced.clause)),
        );
    }
    gaps
}

impl fmt::Display for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let duty = if self.duty { "; a duty" } else { "" };
        let binds: Vec<&str> = self.binds.iter().map(|whom| whom.word()).collect();
        writeln!(f, "{}  {} (binds {}{duty})", self.clause, self.name, binds.join(", "))?;
        for (word, places) in [("taught", &self.taught), ("asked ", &self.asked), ("signed", &self.signed)] {
            writeln!(f, "     {word}  {}", if places.is_empty() { "–".to_owned() } else { places.join(", ") })?;
        }
        let missed = self.missed.and_then(|missed| {
            Some(format!("{} of {} answers ({}%)", missed.wrong, missed.answers, missed.per_cent()?))
        });
        write!(f, "     missed  {}", missed.unwrap_or_default())
    }
}

/// What `seamark courses trace` prints, and whether nothing is missing.
pub fn trace_command(library: &Library, misses: &Misses) -> (String, bool) {
    let traced = trace(library, misses);
    let mut output = String::new();
    for clause in &traced {
        let _ = writeln!(output, "{}", clause.to_string().trim_end());
    }
    let gaps: Vec<&String> = traced.iter().flat_map(|clause| &clause.gaps).collect();
    for gap in &gaps {
        let _ = writeln!(output, "✗ {gap}");
    }
    let _ = match gaps.len() {
        0 => writeln!(
            output,
            "✓ {} clauses: each that binds somebody is taught and asked, each duty is signed.",
            traced.len()
        ),
        number => writeln!(output, "{}.", text::count(number, "gap", "gaps")),
    };
    (output, gaps.is_empty())
}
