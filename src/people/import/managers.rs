//! Who a line manager is: found by reference, else by work email, else by a name that only one person has.

use std::collections::HashMap;

use super::known::{Known, Manager, PersonValues, Source};
use super::names::fold;
use super::rows::ImportedRow;
use super::whose::{Is, Subject};
use crate::clock::Day;

/// The people that a row may name as line manager: those who are known, and those who are new in the list.
pub(super) struct Managers<'a> {
    known: &'a Known,
    source: Source,
    today: Day,
    /// The list's new people: their place in `Changes::new_people`.
    by_reference: HashMap<&'a str, usize>,
    by_email: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// Which new person begins at which row.
    by_row: HashMap<usize, usize>,
}

impl<'a> Managers<'a> {
    pub fn of(subjects: &[Subject<'a>], known: &'a Known, source: Source, today: Day) -> Managers<'a> {
        let mut managers = Managers {
            known,
            source,
            today,
            by_reference: HashMap::new(),
            by_email: HashMap::new(),
            by_name: HashMap::new(),
            by_row: HashMap::new(),
        };
        let new = subjects.iter().filter(|subject| subject.is == Is::New);
        for (number, subject) in new.enumerate() {
            managers.add(number, subject);
        }
        managers
    }

    fn add(&mut self, number: usize, subject: &Subject<'a>) {
        let Some((place, first)) = subject.rows.first() else { return };
        self.by_row.insert(*place, number);
        for (_, row) in &subject.rows {
            if let Some(reference) = &row.reference {
                self.by_reference.insert(reference, number);
            }
            if let Some(email) = &row.work_email {
                self.by_email.insert(email.as_str().to_owned(), number);
            }
        }
        let has_left = |row: &ImportedRow| row.until.is_some_and(|until| until < self.today);
        if !subject.rows.iter().all(|(_, row)| has_left(row)) {
            for name in PersonValues::said(first).folded_names() {
                self.by_name.entry(name).or_default().push(number);
            }
        }
    }

    pub fn of_subject(&self, subject: &Subject) -> Manager {
        match &subject.is {
            Is::Known(place) => Manager::Person(self.known.people[*place].id),
            _ => {
                let number = subject.rows.first().and_then(|(place, _)| self.by_row.get(place));
                number.map_or(Manager::Nobody, |number| Manager::NewPerson(*number))
            }
        }
    }

    pub fn find(&self, named: &str) -> Option<Manager> {
        let person = |place: usize| Manager::Person(self.known.people[place].id);
        if let Some(place) = self.known.with_reference(self.source, named) {
            return Some(person(place));
        }
        if let Some(number) = self.by_reference.get(named) {
            return Some(Manager::NewPerson(*number));
        }
        if let Ok(email) = named.parse() {
            let known = self.known.with_email(&email).map(person);
            return known.or_else(|| self.by_email.get(email.as_str()).map(|number| Manager::NewPerson(*number)));
        }
        self.find_by_name(&fold(named))
    }

    fn find_by_name(&self, name: &str) -> Option<Manager> {
        let works =
            |place: &&usize| self.known.people[**place].posts.iter().any(|post| !post.values.has_ended(self.today));
        let known =
            self.known.named(name).iter().filter(works).map(|place| Manager::Person(self.known.people[*place].id));
        let new = self.by_name.get(name).into_iter().flatten().map(|number| Manager::NewPerson(*number));
        let mut all = known.chain(new);
        let found = all.next()?;
        all.next().is_none().then_some(found)
    }
}
