//! A policy's rules and a checklist's: every clause has its section and says whom it binds, every duty is signed, and what
//! is read is easy to read. (The policy's own text is not limited.)

use std::collections::BTreeSet;

use super::{Desk, texts};
use crate::courses::reading::{
    Binds, Block, ChangeQuestion, Checklist, Item, Policy, PolicyChange, Section, Statement,
};

pub fn check(desk: &mut Desk, policy: &Policy) {
    if let Some(other) = &policy.adds_to
        && desk.library.policy(other).is_none()
    {
        desk.complain("policy.toml", 1, format!("there is no policy ‘{other}’ to add to"));
    }
    texts::prose(desk, "text.md", &policy.lead);
    texts::sentences(desk, "text.md", &policy.lead.blocks);
    let mut sections = BTreeSet::new();
    for section in &policy.sections {
        desk.id_is_new("text.md", section.line, &section.id, &mut sections);
        check_section(desk, policy, section);
    }
    for (clause, said) in &policy.clauses {
        if !sections.contains(clause) {
            desk.complain("clauses.toml", said.line, format!("text.md has no section for {clause}"));
        }
        if said.binds.is_empty() {
            desk.complain("clauses.toml", said.line, format!("{clause} does not say whom it binds"));
        }
        if said.duty && said.binds == [Binds::School] {
            desk.complain(
                "clauses.toml",
                said.line,
                format!("{clause} binds only the school, and nobody signs for it"),
            );
        }
    }
    for pair in policy.changes.windows(2) {
        if pair[0].date < pair[1].date {
            desk.complain("policy.toml", pair[1].line, "changes stand newest first");
        }
    }
    for change in &policy.changes {
        check_change(desk, policy, change);
    }
    let mut before = BTreeSet::new();
    for set in &policy.statement_sets {
        let file = format!("statements/{}.toml", set.name);
        for statement in &set.statements {
            desk.id_is_new(&file, statement.line, &statement.id, &mut before);
            check_statement(desk, policy, &file, statement);
        }
    }
    duties_signed(desk, policy);
}

fn check_section(desk: &mut Desk, policy: &Policy, section: &Section) {
    let file = "text.md";
    match policy.clauses.get(&section.id) {
        None => desk.complain(file, section.line, format!("clauses.toml has no {}", section.id)),
        Some(clause) if clause.name != section.heading => {
            desk.complain(file, section.line, format!("clauses.toml calls {} “{}”", section.id, clause.name));
        }
        Some(_) => {}
    }
    texts::prose(desk, file, &section.prose);
    texts::sentences(desk, file, &section.prose.blocks);
    match &section.summary {
        None => desk.complain(file, section.line, "a section opens with its summary: > In short: …"),
        Some(summary) => {
            let block = [Block { line: section.summary_line, text: summary.clone() }];
            texts::sentences(desk, file, &block);
            texts::easy(desk, file, section.summary_line, &block);
        }
    }
}

fn check_change(desk: &mut Desk, policy: &Policy, change: &PolicyChange) {
    let file = "policy.toml";
    for clause in &change.clauses {
        if !policy.clauses.contains_key(clause) {
            desk.complain(file, change.line, format!("clauses.toml has no {clause}"));
        }
    }
    if change.material && (change.question.is_none() || change.was.is_none() || change.now.is_none()) {
        desk.complain(file, change.line, "a material change says what was and what is now, and asks one question");
    }
    let told = [&change.was, &change.now].into_iter().flatten();
    let told: Vec<Block> = told.map(|text| Block { line: change.line, text: text.clone() }).collect();
    texts::plain(desk, file, &told);
    texts::sentences(desk, file, &told);
    if let Some(question) = &change.question {
        check_change_question(desk, change.line, question);
    }
}

fn check_change_question(desk: &mut Desk, line: usize, question: &ChangeQuestion) {
    let file = "policy.toml";
    let right = question.choices.iter().filter(|choice| choice.is_right).count();
    if right == 0 || right == question.choices.len() {
        desk.complain(file, line, "a change's question has a right option and a wrong one");
    }
    let spoken = question.spoken(line);
    texts::plain(desk, file, &spoken);
    texts::sentences(desk, file, &spoken);
    texts::easy(desk, file, line, &spoken);
}

fn check_statement(desk: &mut Desk, policy: &Policy, file: &str, statement: &Statement) {
    for clause in &statement.clauses {
        if !policy.clauses.contains_key(clause) {
            desk.complain(file, statement.line, format!("clauses.toml has no {clause}"));
        }
    }
    if statement.clauses.is_empty() {
        desk.complain(file, statement.line, "a statement names the clauses that it signs");
    }
    let block = [Block { line: statement.line, text: statement.text.clone() }];
    texts::plain(desk, file, &block);
    texts::sentences(desk, file, &block);
    texts::easy(desk, file, statement.line, &block);
}

/// The sets of statements, by the file's name, and who signs each in full.
const SETS: [(&str, Binds); 3] = [
    ("all-staff", Binds::Staff),
    ("account-administrators", Binds::AccountAdministrators),
    ("leadership", Binds::Leadership),
];

/// Every duty is in the statements of those whom it binds. All staff sign theirs, so a duty in it is signed by everybody.
fn duties_signed(desk: &mut Desk, policy: &Policy) {
    if policy.statement_set("all-staff").is_none() {
        desk.complain("policy.toml", 1, "there is no statements/all-staff.toml");
    }
    for (clause, said) in policy.clauses.iter().filter(|(_, said)| said.duty) {
        for whom in unsigned_by(policy, clause, &said.binds) {
            let what = format!("no statement in statements/{whom}.toml signs {clause}, which is their duty");
            desk.complain("clauses.toml", said.line, what);
        }
    }
}

/// The sets in which a duty is missing.
pub fn unsigned_by(policy: &Policy, clause: &str, binds: &[Binds]) -> Vec<&'static str> {
    let signs = |set: &str| {
        let set = policy.statement_set(set);
        set.is_some_and(|set| set.statements.iter().any(|statement| statement.clauses.iter().any(|c| c == clause)))
    };
    if signs("all-staff") {
        return Vec::new();
    }
    let bound = SETS.iter().filter(|(_, whom)| binds.contains(whom));
    bound.map(|(set, _)| *set).filter(|set| !signs(set)).collect()
}

pub fn check_checklist(desk: &mut Desk, checklist: &Checklist) {
    texts::prose(desk, "checklist.toml", &checklist.intro);
    texts::sentences(desk, "checklist.toml", &checklist.intro.blocks);
    texts::easy(desk, "checklist.toml", 1, &checklist.intro.blocks);
    desk.changes("checklist.toml", &checklist.changes);
    let mut before = BTreeSet::new();
    for group in &checklist.groups {
        let file = format!("{}.toml", group.file);
        if group.file != "everywhere" && group.vendor.is_none() {
            desk.complain(&file, 1, "an app's list names its `vendor`");
        }
        for item in &group.items {
            desk.id_is_new(&file, item.line, &item.id, &mut before);
            check_item(desk, &file, item);
        }
    }
}

fn check_item(desk: &mut Desk, file: &str, item: &Item) {
    desk.clauses_exist(file, item.line, &item.clauses);
    if item.must && item.id != "X03" {
        desk.complain(file, item.line, "only X03 is a must: the policy asks for no other setting");
    }
    let spoken = item.spoken();
    texts::plain(desk, file, &spoken);
    texts::sentences(desk, file, &spoken);
    texts::easy(desk, file, item.line, &spoken);
}
