//! A policy to sign: its sections at their clauses' anchors, whom each clause binds, what changed, and its statements.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::prose::Prose;
use super::quiz::{self, Choice};
use super::{Block, Complaint, Fragment, Reading, Source, day, gathered};
use crate::clock::Day;
use crate::courses::files::Folder;
use crate::courses::rules;

#[derive(Debug, Clone)]
pub struct Policy {
    pub slug: String,
    /// The SHA-256 of its folder.
    pub version: String,
    pub title: String,
    pub approved: Option<Day>,
    pub approved_by: Option<String>,
    pub review: Option<Day>,
    /// The slug of the policy that this one is an addendum to.
    pub adds_to: Option<String>,
    pub clauses: BTreeMap<String, Clause>,
    /// What stands before the first section.
    pub lead: Prose,
    pub sections: Vec<Section>,
    /// Newest first.
    pub changes: Vec<PolicyChange>,
    pub statement_sets: Vec<StatementSet>,
    /// To read the text and the longest set of statements, worked out.
    pub minutes: u32,
}

#[derive(Debug, Clone)]
pub struct Clause {
    pub name: String,
    pub binds: Vec<Binds>,
    /// Must be signed by those it binds.
    pub duty: bool,
    /// Who reads what is said of it before it is used.
    pub readers: Vec<Reader>,
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binds {
    Staff,
    AccountAdministrators,
    Leadership,
    School,
}

impl Binds {
    pub fn word(self) -> &'static str {
        match self {
            Binds::Staff => "staff",
            Binds::AccountAdministrators => "account administrators",
            Binds::Leadership => "leadership",
            Binds::School => "the school",
        }
    }
}

/// Those who read a passage for the trust before people are taught by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    Safeguarding,
    DataProtection,
    Employment,
}

impl Reader {
    pub const ALL: [Reader; 3] = [Reader::Safeguarding, Reader::DataProtection, Reader::Employment];

    /// The word for it in rows and entries.
    pub fn as_str(self) -> &'static str {
        match self {
            Reader::Safeguarding => "safeguarding",
            Reader::DataProtection => "data-protection",
            Reader::Employment => "employment",
        }
    }

    pub fn named(word: &str) -> Option<Reader> {
        Reader::ALL.into_iter().find(|reader| reader.as_str() == word)
    }

    /// "Safeguarding lead"
    pub fn title(self) -> &'static str {
        match self {
            Reader::Safeguarding => "Safeguarding lead",
            Reader::DataProtection => "Data-protection lead",
            Reader::Employment => "HR or employment lead",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Section {
    /// The clause, which is the section's anchor too.
    pub id: String,
    pub heading: String,
    /// The plain-language summary; it helps to read, the text is what counts.
    pub summary: Option<String>,
    pub summary_line: usize,
    pub body: Fragment,
    pub prose: Prose,
    pub line: usize,
}

#[derive(Debug, Clone)]
pub struct PolicyChange {
    pub date: Day,
    pub material: bool,
    pub clauses: Vec<String>,
    pub was: Option<String>,
    pub now: Option<String>,
    /// Shown before signing; must be answered, explains itself, is not marked.
    pub question: Option<ChangeQuestion>,
    pub line: usize,
}

#[derive(Debug, Clone)]
pub struct ChangeQuestion {
    pub ask: String,
    pub choices: Vec<Choice>,
}

/// The statements that one group of people signs.
#[derive(Debug, Clone)]
pub struct StatementSet {
    pub name: String,
    pub title: String,
    pub statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
pub struct Statement {
    /// The name of the set that it is in.
    pub set: String,
    /// Stable for ever, and in one set of a policy only: a signature refers to it.
    pub id: String,
    pub clauses: Vec<String>,
    pub text: String,
    /// Offers "I have a connection to declare".
    pub declare: bool,
    /// The program knows this by itself and shows it as a fact.
    pub filled_by: Option<FilledBy>,
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FilledBy {
    Courses,
    SelfCheck,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPolicy {
    title: String,
    approved: Option<Spanned<toml::value::Datetime>>,
    approved_by: Option<String>,
    review: Option<Spanned<toml::value::Datetime>>,
    adds_to: Option<String>,
    #[serde(default)]
    change: Vec<WrittenChange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenChange {
    date: Spanned<toml::value::Datetime>,
    kind: WrittenKind,
    clauses: Vec<String>,
    was: Option<String>,
    now: Option<String>,
    ask: Option<String>,
    right: Option<Vec<Spanned<(String, String)>>>,
    wrong: Option<Vec<Spanned<(String, String)>>>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum WrittenKind {
    Material,
    Minor,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClause {
    name: Spanned<String>,
    binds: Vec<Binds>,
    duty: bool,
    #[serde(default)]
    readers: Vec<Reader>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSet {
    title: String,
    statement: Vec<WrittenStatement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStatement {
    id: Spanned<String>,
    clauses: Vec<String>,
    text: String,
    #[serde(default)]
    declare: bool,
    filled_by: Option<FilledBy>,
}

impl ChangeQuestion {
    /// All that is read aloud of it.
    pub fn spoken(&self, line: usize) -> Vec<Block> {
        let options =
            self.choices.iter().flat_map(|choice| [(choice.line, &choice.text), (choice.line, &choice.reason)]);
        let all = std::iter::once((line, &self.ask)).chain(options);
        all.map(|(line, text)| Block { line, text: text.clone() }).collect()
    }
}

impl Policy {
    pub fn read(slug: &str, folder: &Folder) -> Reading<Policy> {
        let source = Source::open(folder, "policy.toml")?;
        let written: WrittenPolicy = source.toml()?;
        let mut wrong = Vec::new();
        let clauses = gathered(read_clauses(folder), &mut wrong).unwrap_or_default();
        let (lead, sections) = gathered(read_text(folder), &mut wrong).unwrap_or_default();
        let statement_sets = read_sets(folder, &mut wrong);
        let changes = written.change.into_iter().filter_map(|change| {
            let change = read_change(&source, change);
            change.map_err(|complaint| wrong.push(complaint)).ok()
        });
        let changes: Vec<PolicyChange> = changes.collect();
        let approved = optional_day(&source, written.approved, &mut wrong);
        let review = optional_day(&source, written.review, &mut wrong);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Policy {
            minutes: rules::minutes(words_of(&lead, &sections, &statement_sets), 0, 0),
            slug: slug.to_owned(),
            version: folder.version(),
            title: written.title,
            approved,
            approved_by: written.approved_by,
            review,
            adds_to: written.adds_to,
            clauses,
            lead,
            sections,
            changes,
            statement_sets,
        })
    }

    pub fn section(&self, clause: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == clause)
    }

    pub fn statement_set(&self, name: &str) -> Option<&StatementSet> {
        self.statement_sets.iter().find(|set| set.name == name)
    }
}

/// The words of all that somebody signs. The summaries only help to read it.
fn words_of(lead: &Prose, sections: &[Section], sets: &[StatementSet]) -> usize {
    let count = |blocks: &[Block]| blocks.iter().map(|block| rules::count_words(&block.text)).sum::<usize>();
    let of_set = |set: &StatementSet| set.statements.iter().map(|one| rules::count_words(&one.text)).sum::<usize>();
    let text: usize = sections.iter().map(|section| count(&section.spoken())).sum();
    count(&lead.blocks) + text + sets.iter().map(of_set).max().unwrap_or_default()
}

fn optional_day(
    source: &Source,
    written: Option<Spanned<toml::value::Datetime>>,
    wrong: &mut Vec<Complaint>,
) -> Option<Day> {
    let written = written?;
    let day = day(written.get_ref());
    if day.is_none() {
        wrong.push(source.complaint_at(source.line_of(&written), "a date is written 2026-09-01"));
    }
    day
}

fn read_clauses(folder: &Folder) -> Reading<BTreeMap<String, Clause>> {
    let source = Source::open(folder, "clauses.toml")?;
    let written: BTreeMap<String, WrittenClause> = source.toml()?;
    let clauses = written.into_iter().map(|(id, clause)| {
        let line = source.line_of(&clause.name);
        let WrittenClause { name, binds, duty, readers } = clause;
        (id, Clause { name: name.into_inner(), binds, duty, readers, line })
    });
    Ok(clauses.collect())
}

fn read_change(source: &Source, written: WrittenChange) -> Result<PolicyChange, Complaint> {
    let line = source.line_of(&written.date);
    let complain = |what: &str| source.complaint_at(line, what);
    let date = day(written.date.get_ref()).ok_or_else(|| complain("a date is written 2026-09-01"))?;
    let question = match (written.ask, written.right, written.wrong) {
        (None, None, None) => None,
        (Some(ask), Some(right), Some(wrong)) => {
            let right = right.into_iter().map(|row| quiz::choice(source, row, true));
            let wrong = wrong.into_iter().map(|row| quiz::choice(source, row, false));
            Some(ChangeQuestion { ask, choices: right.chain(wrong).collect() })
        }
        _ => return Err(complain("a change's question has `ask`, `right` and `wrong`")),
    };
    Ok(PolicyChange {
        date,
        material: written.kind == WrittenKind::Material,
        clauses: written.clauses,
        was: written.was,
        now: written.now,
        question,
        line,
    })
}

fn read_sets(folder: &Folder, wrong: &mut Vec<Complaint>) -> Vec<StatementSet> {
    let paths = folder.paths().filter(|path| path.starts_with("statements/") && path.ends_with(".toml"));
    paths.filter_map(|path| gathered(read_set(folder, path), wrong)).collect()
}

fn read_set(folder: &Folder, path: &str) -> Reading<StatementSet> {
    let source = Source::open(folder, path)?;
    let written: WrittenSet = source.toml()?;
    let name = path.trim_start_matches("statements/").trim_end_matches(".toml");
    let statements = written.statement.into_iter().map(|statement| Statement {
        set: name.to_owned(),
        line: source.line_of(&statement.id),
        id: statement.id.into_inner(),
        clauses: statement.clauses,
        text: statement.text,
        declare: statement.declare,
        filled_by: statement.filled_by,
    });
    Ok(StatementSet { name: name.to_owned(), title: written.title, statements: statements.collect() })
}

/// Splits the text at its second headings: what stands before the first is the lead.
fn read_text(folder: &Folder) -> Reading<(Prose, Vec<Section>)> {
    let source = Source::open(folder, "text.md")?;
    let mut lead = None;
    let mut sections = Vec::new();
    let mut wrong = Vec::new();
    for (first, lines) in parts(source.text) {
        match lines.first().and_then(|line| line.strip_prefix("## ")) {
            None => lead = Some(Prose::read(&lines.join("\n"), first, "")),
            Some(heading) => match read_section(&source, heading, first, &lines) {
                Ok(section) => sections.push(section),
                Err(complaint) => wrong.push(complaint),
            },
        }
    }
    if wrong.is_empty() { Ok((lead.unwrap_or_default(), sections)) } else { Err(wrong) }
}

/// The text's lines in parts that each begin with a second heading, with the number of lines before each.
fn parts(text: &str) -> Vec<(usize, Vec<&str>)> {
    let mut parts: Vec<(usize, Vec<&str>)> = vec![(0, Vec::new())];
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("## ") {
            parts.push((number, Vec::new()));
        }
        if let Some((_, lines)) = parts.last_mut() {
            lines.push(line);
        }
    }
    parts
}

fn read_section(source: &Source, heading: &str, first: usize, lines: &[&str]) -> Result<Section, Complaint> {
    let named = heading.trim().strip_suffix('}').and_then(|rest| rest.rsplit_once("{#"));
    let Some((heading, id)) = named.filter(|(_, id)| is_clause(id)) else {
        return Err(source.complaint_at(first + 1, "a section's heading ends with its clause, such as {#P29}"));
    };
    let quoted = |line: &&&str| line.trim().is_empty() || line.starts_with('>');
    let head = 1 + lines[1..].iter().take_while(quoted).count();
    let summary: Vec<&str> = lines[1..head].iter().filter_map(|line| line.strip_prefix('>').map(str::trim)).collect();
    let summary = summary.join(" ");
    let summary_line = first + 1 + lines.iter().position(|line| line.starts_with('>')).unwrap_or_default();
    let prose = Prose::read(&lines[head..].join("\n"), first + head, "");
    Ok(Section {
        id: id.to_owned(),
        heading: heading.trim().to_owned(),
        summary: summary
            .strip_prefix("In short:")
            .map(|words| words.trim().to_owned())
            .filter(|words| !words.is_empty()),
        summary_line,
        body: prose.fragment.clone(),
        prose,
        line: first + 1,
    })
}

/// A clause's name: capital letters, then digits.
fn is_clause(id: &str) -> bool {
    let digits = id.trim_start_matches(|c: char| c.is_ascii_uppercase());
    digits.len() < id.len() && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

impl Section {
    /// All that is read aloud of it but its summary.
    pub fn spoken(&self) -> Vec<Block> {
        let mut spoken = vec![Block { line: self.line, text: self.heading.clone() }];
        spoken.extend(self.prose.blocks.iter().cloned());
        spoken
    }
}
