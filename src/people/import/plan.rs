//! The plan of an import: every row's fate, who is missing, and the writes to make. Nothing is written here.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::changes::{
    Change, Changes, Field, NewPause, NewPerson, NewPost, NewReference, PersonChange, SupersededPause, SupersededPost,
    pause_in_words, person_differences, person_fields, post_differences, post_in_words,
};
use super::headings::Column;
use super::known::{Known, KnownPerson, KnownSchool, Manager, PauseValues, PersonValues, Source};
use super::managers::Managers;
use super::missing::{self, Missing, Scope};
use super::names::fold;
use super::posts::{PostSaid, Role, Roles, pair_pauses, pair_posts};
use super::rows::{Complaint, ImportedRow, Row, StaffList};
use super::whose::{Candidate, Decisions, Gathering, Is, Subject};
use crate::clock::Day;
use crate::people::rules::first_day_complaint;

/// What an import would do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Every row of the list once, in its order.
    pub rows: Vec<PlannedRow>,
    /// For review: nothing is done about them.
    pub missing: Vec<Missing>,
    pub changes: Changes,
    pub counts: Counts,
    /// `Known::fingerprint` of what the plan relies on.
    pub fingerprint: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedRow {
    /// As a spreadsheet shows it.
    pub number: usize,
    /// As the row gives it.
    pub name: String,
    /// None while nobody can tell.
    pub who: Option<Who>,
    /// It speaks of a job that has ended, of somebody who is new.
    pub has_left: bool,
    pub fate: Fate,
    /// What to look at, though the row is used.
    pub warnings: Vec<Complaint>,
}

/// Whom a row is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Who {
    Known(i64),
    /// Their place in `Changes::new_people`.
    New(usize),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The person is new.
    New,
    /// The person is known, and this row changes something.
    Changed(Vec<Change>),
    Unchanged,
    /// Waits for HR to say whether this is somebody who is known.
    SamePerson(Vec<Candidate>),
    Rejected(Vec<Complaint>),
}

/// Rows by fate, and people by what becomes of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    pub new_rows: usize,
    pub changed_rows: usize,
    pub unchanged_rows: usize,
    pub same_person_rows: usize,
    pub rejected_rows: usize,
    pub new_people: usize,
    /// Of the new people, those whose every job has ended.
    pub new_people_who_left: usize,
    pub changed_people: usize,
    pub unchanged_people: usize,
    /// In no row of the list.
    pub missing_people: usize,
}

/// Works out an import, in time that grows with the rows. `decisions` are HR's answers to *the same person?*.
pub fn plan(list: &StaffList, known: &Known, source: Source, decisions: &Decisions, today: Day) -> Plan {
    let mut planner = Planner::new(list, known, source, today);
    let rows = planner.place_rows();
    let gathering = Gathering::of(rows, known, source, decisions);
    for (place, reason, remedy) in gathering.refusals {
        planner.reject(place, None, reason, remedy);
    }
    let subjects = gathering.subjects;
    let managers = Managers::of(&subjects, known, source, today);
    for subject in &subjects {
        planner.plan_subject(subject, &managers);
    }
    planner.finish(&subjects)
}

struct Planner<'a> {
    list: &'a StaffList,
    known: &'a Known,
    source: Source,
    today: Day,
    rows: Vec<PlannedRow>,
    schools: HashMap<usize, Schools<'a>>,
    roles: Roles<'a>,
    changes: Changes,
    counts: Counts,
    /// Every post that some row speaks of, and the known ones among them, by id.
    said: Vec<PostSaid<'a>>,
    paired: HashSet<i64>,
    /// The row at which somebody new of a name and start date was first seen.
    newcomers: HashMap<(String, Day), usize>,
}

struct Schools<'a> {
    main: &'a KnownSchool,
    additional: Vec<&'a KnownSchool>,
}

impl<'a> Planner<'a> {
    fn new(list: &'a StaffList, known: &'a Known, source: Source, today: Day) -> Planner<'a> {
        Planner {
            list,
            known,
            source,
            today,
            rows: list.rows.iter().map(unplanned).collect(),
            schools: HashMap::new(),
            roles: Roles::default(),
            changes: Changes::default(),
            counts: Counts::default(),
            said: Vec::new(),
            paired: HashSet::new(),
            newcomers: HashMap::new(),
        }
    }

    fn complaint(
        &self,
        place: usize,
        column: Option<Column>,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Complaint {
        Complaint { row: self.rows[place].number, column, reason: reason.into(), remedy: remedy.into() }
    }

    fn reject(&mut self, place: usize, column: Option<Column>, reason: impl Into<String>, remedy: impl Into<String>) {
        let complaint = self.complaint(place, column, reason, remedy);
        match &mut self.rows[place].fate {
            Fate::Rejected(complaints) => complaints.push(complaint),
            fate => *fate = Fate::Rejected(vec![complaint]),
        }
    }

    fn warn(&mut self, place: usize, column: Column, reason: impl Into<String>, remedy: impl Into<String>) {
        let warning = self.complaint(place, Some(column), reason, remedy);
        self.rows[place].warnings.push(warning);
    }

    fn change(&mut self, place: usize, changes: impl IntoIterator<Item = Change>) {
        let changes = changes.into_iter();
        match &mut self.rows[place].fate {
            Fate::Changed(already) => already.extend(changes),
            fate => {
                let changes: Vec<Change> = changes.collect();
                if !changes.is_empty() {
                    *fate = Fate::Changed(changes);
                }
            }
        }
    }

    // ── schools

    /// The rows whose schools are all known, each with its place in the list.
    fn place_rows(&mut self) -> Vec<(usize, &'a ImportedRow)> {
        let mut placed = Vec::new();
        for (place, row) in self.list.rows.iter().enumerate() {
            let Row::Read(row) = row else { continue };
            match self.find_schools(row) {
                Ok(schools) => {
                    self.schools.insert(place, schools);
                    self.warn_of_first_day(place, row);
                    placed.push((place, &**row));
                }
                Err((column, reason)) => {
                    self.reject(place, Some(column), reason, "Correct it, or ask an administrator to add the school.");
                }
            }
        }
        placed
    }

    fn warn_of_first_day(&mut self, place: usize, row: &ImportedRow) {
        if let Some(complaint) = first_day_complaint(row.from, self.today) {
            self.warn(place, Column::StartDate, format!("{complaint}."), "If it is wrong, correct it in the list.");
        }
    }

    fn find_schools(&self, row: &ImportedRow) -> Result<Schools<'a>, (Column, String)> {
        let main = self.main_school(row)?;
        let mut additional: Vec<&KnownSchool> = Vec::new();
        for said in &row.additional_schools {
            let Some(school) = self.known.school_said(said) else {
                return Err((Column::AdditionalSchools, format!("{said} is not one of the trust’s schools.")));
            };
            if school.id != main.id && additional.iter().all(|other| other.id != school.id) {
                additional.push(school);
            }
        }
        Ok(Schools { main, additional })
    }

    /// The first way of naming the school decides; another that names another school is a contradiction.
    fn main_school(&self, row: &ImportedRow) -> Result<&'a KnownSchool, (Column, String)> {
        let Some((first, others)) = row.school.split_first() else {
            let chosen = match self.source {
                Source::School(id) => self.known.school(id),
                Source::Trust => None,
            };
            return chosen.ok_or((Column::SchoolUrn, "No school is given.".to_owned()));
        };
        let Some(school) = self.known.school_said(first) else {
            return Err((Column::SchoolUrn, format!("{first} is not one of the trust’s schools.")));
        };
        let contradicts = |said: &&_| self.known.school_said(said).is_some_and(|other| other.id != school.id);
        match others.iter().find(contradicts) {
            Some(other) => Err((Column::SchoolName, format!("{first} and {other} are two different schools."))),
            None => Ok(school),
        }
    }

    // ── one person

    fn plan_subject(&mut self, subject: &Subject<'a>, managers: &Managers<'a>) {
        let posts = self.posts_said(subject, managers);
        let who = match &subject.is {
            Is::New => Some(Who::New(self.changes.new_people.len())),
            Is::Known(person) => Some(Who::Known(self.known.people[*person].id)),
            Is::Asked(_) => None,
        };
        subject.rows.iter().for_each(|(place, _)| self.rows[*place].who = who);
        self.said.extend(posts.iter().copied());
        match &subject.is {
            Is::Asked(candidates) => {
                for (place, _) in &subject.rows {
                    self.rows[*place].fate = Fate::SamePerson(candidates.clone());
                }
            }
            Is::New => self.plan_new(subject, &posts),
            Is::Known(person) => {
                let known = self.known;
                self.plan_known(subject, &posts, &known.people[*person]);
            }
        }
    }

    fn plan_new(&mut self, subject: &Subject<'a>, posts: &[PostSaid<'a>]) {
        let values = self.person_values(subject, None);
        for (place, _) in &subject.rows {
            if posts.iter().any(|post| post.place == *place) {
                self.rows[*place].fate = Fate::New;
            }
        }
        self.changes.new_people.push(NewPerson {
            values,
            references: references(subject).map(|reference| (self.source, reference.to_owned())).collect(),
            posts: posts.iter().map(|post| post.over(None)).collect(),
            pauses: pauses_said(subject).into_iter().map(|(_, pause)| pause).collect(),
        });
        posts.iter().for_each(|post| self.warn_of_role(post));
        self.warn_of_a_namesake(subject);
        let has_ended = |row: &ImportedRow| row.until.is_some_and(|until| until < self.today);
        for (place, row) in &subject.rows {
            self.rows[*place].has_left = has_ended(row);
        }
        let have_all_ended = subject.rows.iter().all(|(_, row)| has_ended(row));
        self.counts.new_people_who_left += usize::from(have_all_ended);
        self.counts.new_people += 1;
    }

    fn warn_of_a_namesake(&mut self, subject: &Subject<'a>) {
        let Some((place, row)) = subject.rows.first() else { return };
        let name = fold(&format!("{}{}", row.forename, row.surname));
        let first = *self.newcomers.entry((name, row.from)).or_insert(row.number);
        if first != row.number {
            let reason = format!("Row {first} has the same name and start date.");
            self.warn(*place, Column::Surname, reason, "If they are one person, give both rows one reference.");
        }
    }

    fn plan_known(&mut self, subject: &Subject<'a>, posts: &[PostSaid<'a>], person: &'a KnownPerson) {
        self.plan_references(subject, person);
        self.plan_values(subject, person);
        self.plan_posts(posts, person);
        self.plan_pauses(subject, person);
        let is_changed = subject.rows.iter().any(|(place, _)| matches!(self.rows[*place].fate, Fate::Changed(_)));
        match is_changed {
            true => self.counts.changed_people += 1,
            false => self.counts.unchanged_people += 1,
        }
    }

    fn plan_references(&mut self, subject: &Subject<'a>, person: &KnownPerson) {
        let mut added: HashSet<&str> = HashSet::new();
        for (place, row) in &subject.rows {
            let Some(reference) = row.reference.as_deref() else { continue };
            let is_known = self.known.with_reference(self.source, reference).is_some();
            if !is_known && added.insert(reference) {
                self.change(*place, [Change::added(Field::Column(Column::StaffRef), reference)]);
                let reference = reference.to_owned();
                self.changes.references.push(NewReference { person: person.id, source: self.source, reference });
            }
        }
    }

    fn plan_values(&mut self, subject: &Subject<'a>, person: &KnownPerson) {
        let now = self.person_values(subject, Some(&person.values));
        let differences = person_differences(&person.values, &now);
        if let (Some((place, _)), false) = (subject.rows.first(), differences.is_empty()) {
            self.change(*place, differences);
            self.changes.people.push(PersonChange { person: person.id, now });
        }
    }

    /// What the rows say of the person, the first that says it, over what was known. Where they differ, that is said.
    fn person_values(&mut self, subject: &Subject<'a>, was: Option<&PersonValues>) -> PersonValues {
        let said: Vec<(usize, PersonValues)> =
            subject.rows.iter().map(|(place, row)| (*place, PersonValues::said(row))).collect();
        let first = |field: fn(&PersonValues) -> &String| {
            let said = said.iter().map(|(_, values)| field(values)).find(|text| !text.is_empty());
            said.or(was.map(field)).cloned().unwrap_or_default()
        };
        let email = said.iter().find_map(|(_, values)| values.work_email.clone());
        let now = PersonValues {
            title: first(|values| &values.title),
            forename: first(|values| &values.forename),
            surname: first(|values| &values.surname),
            preferred_forename: first(|values| &values.preferred_forename),
            preferred_surname: first(|values| &values.preferred_surname),
            staff_code: first(|values| &values.staff_code),
            work_email: email.or_else(|| was.and_then(|was| was.work_email.clone())),
        };
        self.warn_of_what_is_kept(&said, &now, was);
        now
    }

    fn warn_of_what_is_kept(&mut self, said: &[(usize, PersonValues)], now: &PersonValues, was: Option<&PersonValues>) {
        let now = person_fields(now);
        let mut is_said = [false; 7];
        for (place, values) in said {
            for (number, (column, text)) in person_fields(values).into_iter().enumerate() {
                is_said[number] |= !text.is_empty();
                if !text.is_empty() && text != now[number].1 {
                    let reason = format!("‘{text}’ is not used: another row of this person says ‘{}’.", now[number].1);
                    self.warn(*place, column, reason, "Write the same in each row.");
                }
            }
        }
        let Some((place, _)) = said.first().filter(|_| was.is_some()) else { return };
        for (number, (column, text)) in now.iter().enumerate() {
            if !is_said[number] && !text.is_empty() && self.list.headings.has(*column) {
                let reason = format!("It is blank, so ‘{text}’ is kept.");
                let remedy = match column {
                    Column::Title | Column::StaffCode => "If that is no longer right, write what is right in the list.",
                    _ => "If that is no longer right, change it on the person’s page.",
                };
                self.warn(*place, *column, reason, remedy);
            }
        }
    }

    // ── posts and pauses

    /// One post for each row and each additional school; a school that has a row of its own needs no more.
    fn posts_said(&mut self, subject: &Subject<'a>, managers: &Managers<'a>) -> Vec<PostSaid<'a>> {
        let mut posts: Vec<PostSaid<'a>> = Vec::new();
        let rows: Vec<(usize, &'a ImportedRow)> = subject.rows.clone();
        for (place, row) in &rows {
            let Some(school) = self.schools.get(place).map(|schools| schools.main) else { continue };
            let post = self.post_said(*place, row, school, false, subject, managers);
            let repeats = posts.iter().find(|other| other.over(None) == post.over(None)).map(|other| other.row.number);
            match repeats {
                Some(number) => {
                    let reason = format!("It says the same as row {number}.");
                    self.warn(*place, Column::JobTitle, reason, "One of the two rows is enough.");
                }
                None => posts.push(post),
            }
        }
        for (place, row) in &rows {
            let additional = self.schools.get(place).map_or_else(Vec::new, |schools| schools.additional.clone());
            for school in additional {
                if posts.iter().all(|post| post.school.id != school.id) {
                    posts.push(self.post_said(*place, row, school, true, subject, managers));
                }
            }
        }
        posts
    }

    fn post_said(
        &mut self,
        place: usize,
        row: &'a ImportedRow,
        school: &'a KnownSchool,
        is_additional: bool,
        subject: &Subject,
        managers: &Managers<'a>,
    ) -> PostSaid<'a> {
        let manager = match &row.line_manager {
            Some(named) if !is_additional => self.find_manager(place, named, subject, managers),
            Some(named) => managers.find(named).filter(|found| *found != managers.of_subject(subject)),
            None => None,
        };
        let manager = manager.unwrap_or(Manager::Nobody);
        PostSaid { place, row, school, is_additional, manager, role: self.roles.of(row, &school.urn) }
    }

    /// Finds the line manager, and says so if there is none: the words are kept, and the row is used.
    fn find_manager(
        &mut self,
        place: usize,
        named: &str,
        subject: &Subject,
        managers: &Managers<'a>,
    ) -> Option<Manager> {
        let found = managers.find(named);
        let is_self = found.is_some() && found == Some(managers.of_subject(subject));
        let reason = match found {
            Some(_) if is_self => format!("‘{named}’ is this person, and nobody is their own line manager."),
            Some(_) => return found,
            None => format!("‘{named}’ is nobody, or more than one, on the staff list."),
        };
        self.warn(place, Column::LineManager, reason, "Give the manager’s staff reference or work email.");
        None
    }

    fn warn_of_role(&mut self, post: &PostSaid<'a>) {
        if post.role == Role::Unclear {
            let reason =
                format!("‘{}’ does not show a role group, so ‘{}’ is used.", post.row.job_title, post.role.or_office());
            self.warn(
                post.place,
                Column::JobTitle,
                reason,
                "Change it on the person’s page, or add a role_group column.",
            );
        }
    }

    fn plan_posts(&mut self, posts: &[PostSaid<'a>], person: &'a KnownPerson) {
        for (said, pair) in posts.iter().zip(pair_posts(posts, &person.posts)) {
            let now = said.over(pair.map(|post| &post.values));
            let Some(post) = pair else {
                self.change(said.place, [Change::added(Field::Post, post_in_words(&now, self.known))]);
                self.changes.posts.push(NewPost { person: person.id, values: now });
                self.warn_of_role(said);
                continue;
            };
            self.paired.insert(post.id);
            if let (None, Some(until), true) = (said.row.until, now.until, self.list.headings.has(Column::EndDate)) {
                let reason = format!("It is blank, so {} is kept.", until.long());
                self.warn(said.place, Column::EndDate, reason, "If the person is staying, change it on their page.");
            }
            if now != post.values {
                self.change(said.place, post_differences(&post.values, &now, self.known));
                self.changes.superseded_posts.push(SupersededPost { post: post.id, person: person.id, now });
            }
        }
    }

    fn plan_pauses(&mut self, subject: &Subject<'a>, person: &'a KnownPerson) {
        let (places, said): (Vec<usize>, Vec<PauseValues>) = pauses_said(subject).into_iter().unzip();
        for ((place, now), pair) in places.into_iter().zip(&said).zip(pair_pauses(&said, &person.pauses)) {
            let Some(pause) = pair else {
                self.change(place, [Change::added(Field::Absence, pause_in_words(now))]);
                self.changes.pauses.push(NewPause { person: person.id, values: *now });
                continue;
            };
            if pause.values != *now {
                let (was, words) = (pause_in_words(&pause.values), pause_in_words(now));
                self.change(place, [Change { field: Field::Absence, was, now: words }]);
                self.changes.superseded_pauses.push(SupersededPause { pause: pause.id, person: person.id, now: *now });
            }
        }
    }

    // ── the whole

    fn finish(mut self, subjects: &[Subject]) -> Plan {
        let scope = Scope::of(self.said.iter(), self.source, self.today);
        let (found, unsure) = self.people_in_the_list(subjects);
        let missing = missing::missing(self.known, &scope, &found, &unsure, &self.paired);
        self.counts.missing_people = missing.iter().filter(|missing| !missing.is_in_the_list).count();
        for row in &self.rows {
            match row.fate {
                Fate::New => self.counts.new_rows += 1,
                Fate::Changed(_) => self.counts.changed_rows += 1,
                Fate::Unchanged => self.counts.unchanged_rows += 1,
                Fate::SamePerson(_) => self.counts.same_person_rows += 1,
                Fate::Rejected(_) => self.counts.rejected_rows += 1,
            }
        }
        Plan {
            rows: self.rows,
            missing,
            changes: self.changes,
            counts: self.counts,
            fingerprint: self.known.fingerprint(),
        }
    }

    /// Whom the rows are about, and those among them of whom a row waits or was rejected.
    fn people_in_the_list(&self, subjects: &[Subject]) -> (HashSet<usize>, HashSet<usize>) {
        let (mut found, mut unsure) = (HashSet::new(), HashSet::new());
        for subject in subjects {
            match &subject.is {
                Is::Known(person) => drop(found.insert(*person)),
                Is::Asked(candidates) => unsure.extend(candidates.iter().filter_map(|c| self.known.person(c.person))),
                Is::New => {}
            }
        }
        for (row, planned) in self.list.rows.iter().zip(&self.rows) {
            if matches!(planned.fate, Fate::Rejected(_)) {
                unsure.extend(self.perhaps(row));
            }
        }
        (found, unsure)
    }

    /// Whom a rejected row may be about, by what can be read of it.
    fn perhaps(&self, row: &Row) -> Vec<usize> {
        let (reference, email, name) = match row {
            Row::Read(row) => (&row.reference, &row.work_email, format!("{}{}", row.forename, row.surname)),
            Row::Rejected(row) => (&row.reference, &row.work_email, row.name.clone()),
        };
        let by_reference = reference.as_ref().and_then(|reference| self.known.with_reference(self.source, reference));
        let by_email = email.as_ref().and_then(|email| self.known.with_email(email));
        let mut people: Vec<usize> = by_reference.into_iter().chain(by_email).collect();
        if people.is_empty() {
            people.extend(self.known.named(&fold(&name)));
        }
        people
    }
}

fn unplanned(row: &Row) -> PlannedRow {
    match row {
        Row::Read(row) => PlannedRow {
            number: row.number,
            name: PersonValues::said(row).name(),
            who: None,
            has_left: false,
            fate: Fate::Unchanged,
            warnings: row.warnings.clone(),
        },
        Row::Rejected(row) => PlannedRow {
            number: row.number,
            name: row.name.clone(),
            who: None,
            has_left: false,
            fate: Fate::Rejected(row.complaints.clone()),
            warnings: Vec::new(),
        },
    }
}

fn references<'s>(subject: &'s Subject) -> impl Iterator<Item = &'s str> {
    // the rows of somebody new share one reference
    subject.rows.iter().find_map(|(_, row)| row.reference.as_deref()).into_iter()
}

/// The different absences that a person's rows give, each with the first row that does.
fn pauses_said(subject: &Subject) -> Vec<(usize, PauseValues)> {
    let mut pauses: Vec<(usize, PauseValues)> = Vec::new();
    for (place, row) in &subject.rows {
        let Some(pause) = row.pause else { continue };
        let pause = PauseValues { from: pause.from, until: pause.until };
        if pauses.iter().all(|(_, other)| *other != pause) {
            pauses.push((*place, pause));
        }
    }
    pauses
}
