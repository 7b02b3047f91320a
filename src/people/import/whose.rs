//! Whom each row is about: rows of one person come together, and each person is known, new, or a question for HR.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::known::{Known, PersonValues, Source};
use super::names::fold;
use super::rows::ImportedRow;
use crate::clock::Day;
use crate::people::rules::WorkEmail;

/// What HR said of a row that asked *the same person?*, by the row's number.
pub type Decisions = BTreeMap<usize, Decision>;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Decision {
    /// Yes: the known person with this id.
    Same(i64),
    /// No: somebody else, who is new.
    SomebodyElse,
}

/// Somebody known whom a row may be about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Candidate {
    pub person: i64,
    pub name: String,
    pub because: Because,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Because {
    SameEmail,
    SameNameAndStart,
    SameReferenceButForZeros,
    ReferenceUnderAnotherName,
    EmailUnderAnotherName,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Because::SameEmail => "The work email is the same, but the reference is new.",
            Because::SameNameAndStart => "The name and the start date are the same.",
            Because::SameReferenceButForZeros => "The reference is the same but for zeros at its start.",
            Because::ReferenceUnderAnotherName => "The reference is the same, but the whole name is another.",
            Because::EmailUnderAnotherName => "The work email is the same, but the whole name is another.",
        })
    }
}

/// One person of the list, with the places of the rows about them; the first speaks for their name.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub rows: Vec<(usize, &'a ImportedRow)>,
    pub is: Is,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Is {
    /// Their place among the known.
    Known(usize),
    New,
    Asked(Vec<Candidate>),
}

/// A row that cannot be joined to its person, and why: reason, then remedy.
pub(super) type Refusal = (usize, String, String);

/// More rows than this of one person are a mistake in the file.
const MOST_POSTS: usize = 40;

pub(super) struct Gathering<'a> {
    known: &'a Known,
    source: Source,
    decisions: &'a Decisions,
    pub subjects: Vec<Subject<'a>>,
    pub refusals: Vec<Refusal>,
}

impl<'a> Gathering<'a> {
    /// Brings together the rows that can be used, each with its place in the list.
    pub fn of(
        rows: Vec<(usize, &'a ImportedRow)>,
        known: &'a Known,
        source: Source,
        decisions: &'a Decisions,
    ) -> Gathering<'a> {
        let mut gathering = Gathering { known, source, decisions, subjects: Vec::new(), refusals: Vec::new() };
        gathering.group(rows);
        gathering.refuse_what_others_have();
        gathering.recognise();
        gathering.join_rows_of_one_known_person();
        gathering.refuse_shared_emails();
        gathering
    }

    fn refuse(&mut self, place: usize, reason: impl Into<String>, remedy: &str) {
        self.refusals.push((place, reason.into(), remedy.to_owned()));
    }

    fn refuse_all(&mut self, rows: &[(usize, &ImportedRow)], reason: &str, remedy: &str) {
        rows.iter().for_each(|(place, _)| self.refuse(*place, reason, remedy));
    }

    // ── rows with one reference, or without one and with one email, are one person's

    fn group(&mut self, rows: Vec<(usize, &'a ImportedRow)>) {
        let mut by_reference: HashMap<&str, usize> = HashMap::new();
        let mut by_email: HashMap<&WorkEmail, usize> = HashMap::new();
        let (referenced, unreferenced): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|(_, row)| row.reference.is_some());
        for (place, row) in referenced {
            let Some(reference) = row.reference.as_deref() else { continue };
            let subject = by_reference.get(reference).copied();
            let subject = self.add(subject, place, row);
            if let Some(subject) = subject {
                by_reference.entry(reference).or_insert(subject);
                row.work_email.as_ref().map(|email| by_email.entry(email).or_insert(subject));
            }
        }
        for (place, row) in unreferenced {
            let Some(email) = row.work_email.as_ref() else { continue };
            let subject = by_email.get(email).copied();
            if let Some(subject) = self.add(subject, place, row) {
                by_email.entry(email).or_insert(subject);
            }
        }
        self.subjects.iter_mut().for_each(|subject| subject.rows.sort_by_key(|(place, _)| *place));
        self.subjects.sort_by_key(|subject| subject.rows.first().map(|(place, _)| *place));
    }

    /// Adds a row to a subject, or opens one with it. None if the row does not fit with the subject's others.
    fn add(&mut self, subject: Option<usize>, place: usize, row: &'a ImportedRow) -> Option<usize> {
        let Some(number) = subject else {
            self.subjects.push(Subject { rows: vec![(place, row)], is: Is::New });
            return Some(self.subjects.len() - 1);
        };
        let rows = &self.subjects[number].rows;
        if let Some((reason, remedy)) = misfit(rows, row) {
            self.refuse(place, reason, remedy);
            return None;
        }
        self.subjects[number].rows.push((place, row));
        Some(number)
    }

    // ── an email or reference of somebody whom the one who imports may not see

    fn refuse_what_others_have(&mut self) {
        for subject in std::mem::take(&mut self.subjects) {
            let source = self.source;
            let is_taken = |row: &ImportedRow| {
                let reference = row.reference.as_deref().map(|reference| (source, reference));
                self.known.is_taken(row.work_email.as_ref(), reference)
            };
            match subject.rows.iter().find_map(|(_, row)| is_taken(row)) {
                None => self.subjects.push(subject),
                Some(column) => self.refuse_all(
                    &subject.rows,
                    &format!("Somebody on the trust’s list whom you cannot see has this {column}."),
                    "If they are one person, ask the trust’s HR to add this post; if not, give this person their own.",
                ),
            }
        }
    }

    // ── known, new, or a question

    fn recognise(&mut self) {
        for subject in std::mem::take(&mut self.subjects) {
            let is = match self.decision(&subject) {
                Some(decision) => self.decided(&subject, decision),
                None => Ok(self.undecided(&subject)),
            };
            match is {
                Ok(is) => self.subjects.push(Subject { is, ..subject }),
                Err((reason, remedy)) => self.refuse_all(&subject.rows, reason, remedy),
            }
        }
    }

    fn decision(&self, subject: &Subject) -> Option<Decision> {
        subject.rows.iter().find_map(|(_, row)| self.decisions.get(&row.number).copied())
    }

    fn decided(&self, subject: &Subject, decision: Decision) -> Result<Is, (&'static str, &'static str)> {
        let is = self.undecided(subject);
        let Is::Asked(candidates) = &is else { return Ok(is) };
        match decision {
            // an answer to a question that is no longer asked is no answer
            Decision::Same(id) => {
                let candidate = candidates.iter().find(|candidate| candidate.person == id);
                Ok(candidate.and_then(|candidate| self.known.person(candidate.person)).map_or(is, Is::Known))
            }
            Decision::SomebodyElse => match candidates.iter().map(|candidate| candidate.because).min() {
                Some(Because::ReferenceUnderAnotherName) => Err((
                    "This reference already belongs to somebody else.",
                    "Give this person a reference of their own.",
                )),
                Some(Because::SameEmail | Because::EmailUnderAnotherName) => Err((
                    "This work email already belongs to somebody else.",
                    "Give this person’s own work email, or leave it blank.",
                )),
                _ => Ok(Is::New),
            },
        }
    }

    fn undecided(&self, subject: &Subject) -> Is {
        let mut reference = None;
        let mut email = None;
        for (_, row) in &subject.rows {
            reference = reference.or(row.reference.as_deref());
            email = email.or(row.work_email.as_ref());
        }
        let with_email = email.and_then(|email| self.known.with_email(email));
        let Some(reference) = reference else {
            return match with_email {
                Some(place) if self.has_another_name(place, subject) => {
                    self.ask([(place, Because::EmailUnderAnotherName)])
                }
                Some(place) => Is::Known(place),
                None => self.ask(self.of_that_name_and_start(subject)),
            };
        };
        if let Some(place) = self.known.with_reference(self.source, reference) {
            return match with_email != Some(place) && self.has_another_name(place, subject) {
                true => self.ask([(place, Because::ReferenceUnderAnotherName)]),
                false => Is::Known(place),
            };
        }
        if let Some(place) = with_email {
            return self.ask([(place, Because::SameEmail)]);
        }
        let zeros = self.known.with_bare_reference(self.source, reference);
        let zeros = zeros.map(|place| (place, Because::SameReferenceButForZeros));
        self.ask(self.of_that_name_and_start(subject).into_iter().chain(zeros))
    }

    fn ask(&self, about: impl IntoIterator<Item = (usize, Because)>) -> Is {
        let mut candidates: Vec<Candidate> = Vec::new();
        for (place, because) in about {
            let person = &self.known.people[place];
            if candidates.iter().all(|candidate| candidate.person != person.id) {
                candidates.push(Candidate { person: person.id, name: person.values.name(), because });
            }
        }
        if candidates.is_empty() { Is::New } else { Is::Asked(candidates) }
    }

    fn of_that_name_and_start(&self, subject: &Subject) -> Vec<(usize, Because)> {
        let mut places = Vec::new();
        for (_, row) in &subject.rows {
            for name in PersonValues::said(row).folded_names() {
                let of_that_name = self.known.named(&name).iter().copied();
                places.extend(of_that_name.filter(|place| self.started_on(*place, row.from)));
            }
        }
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| (place, Because::SameNameAndStart)).collect()
    }

    fn started_on(&self, place: usize, day: Day) -> bool {
        self.known.people[place].posts.iter().any(|post| post.values.from == day)
    }

    /// Neither forename nor surname is one that we know: perhaps a number or an address that was given to somebody new.
    fn has_another_name(&self, place: usize, subject: &Subject) -> bool {
        let Some((_, row)) = subject.rows.first() else { return false };
        let (said, known) = (PersonValues::said(row), &self.known.people[place].values);
        let differ = |said: [&str; 2], known: [&str; 2]| {
            let same = |one: &&str| !one.is_empty() && known.iter().any(|other| fold(one) == fold(other));
            !said.iter().any(same)
        };
        differ([&said.forename, &said.preferred_forename], [&known.forename, &known.preferred_forename])
            && differ([&said.surname, &said.preferred_surname], [&known.surname, &known.preferred_surname])
    }

    // ── two references of one person; one email of two

    fn join_rows_of_one_known_person(&mut self) {
        let mut first: HashMap<usize, usize> = HashMap::new();
        let mut joined: Vec<Subject> = Vec::new();
        for subject in std::mem::take(&mut self.subjects) {
            let Is::Known(person) = subject.is else {
                joined.push(subject);
                continue;
            };
            match first.get(&person).copied() {
                Some(other) => {
                    for (place, row) in subject.rows {
                        match misfit(&joined[other].rows, row) {
                            Some((reason, remedy)) => self.refuse(place, reason, remedy),
                            None => joined[other].rows.push((place, row)),
                        }
                    }
                }
                None => {
                    first.insert(person, joined.len());
                    joined.push(subject);
                }
            }
        }
        self.subjects = joined;
    }

    fn refuse_shared_emails(&mut self) {
        let mut first: HashMap<&WorkEmail, usize> = HashMap::new();
        for subject in std::mem::take(&mut self.subjects) {
            let email =
                subject.rows.iter().find_map(|(place, row)| Some((row.work_email.as_ref()?, *place, row.number)));
            let Some((email, _, number)) = email else {
                self.subjects.push(subject);
                continue;
            };
            let holder = self.known.with_email(email);
            let is_holders =
                matches!(subject.is, Is::Asked(_)) || holder.is_none_or(|holder| subject.is == Is::Known(holder));
            if !is_holders {
                self.refuse_all(
                    &subject.rows,
                    "This work email already belongs to somebody else.",
                    "Give this person’s own work email, or leave it blank.",
                );
            } else if let Some(other) = first.get(email) {
                let reason = format!("Row {other} has the same work email under another reference.");
                self.refuse_all(
                    &subject.rows,
                    &reason,
                    "If both rows are about one person, give them one reference; if not, give each their own email.",
                );
            } else {
                first.insert(email, number);
                self.subjects.push(subject);
            }
        }
    }
}

/// Why a row cannot be about the same person as these rows.
fn misfit(rows: &[(usize, &ImportedRow)], row: &ImportedRow) -> Option<(String, &'static str)> {
    let (_, first) = rows.first()?;
    if rows.len() >= MOST_POSTS {
        return Some((
            format!(
                "More than {MOST_POSTS} rows have the same reference or email, row {} the first of them.",
                first.number
            ),
            "Give each person a reference of their own.",
        ));
    }
    let name = |row: &ImportedRow| (fold(&row.forename), fold(&row.surname));
    if name(first) != name(row) {
        return Some((
            format!(
                "Row {} has the same reference or email, but another name: {} {}.",
                first.number, first.forename, first.surname
            ),
            "If they are one person, write the name the same in both rows; if not, give each their own reference.",
        ));
    }
    let email = rows.iter().find_map(|(_, other)| Some((other.number, other.work_email.as_ref()?)));
    match (email, &row.work_email) {
        (Some((number, one)), Some(other)) if one != other => Some((
            format!("Row {number} is about the same person and has another work email, {one}."),
            "Write one work email in both rows.",
        )),
        _ => None,
    }
}
