//! The made-up trust: its schools, and its people with their jobs. The same seed gives the same trust.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::names::{FORENAMES, SURNAMES};
use crate::clock::Day;
use crate::people::rules::{Post, PostFlags, RoleGroup, Urn};

pub const TRUST: &str = "Saltmarsh Academies Trust";

pub struct MadeSchool {
    pub urn: &'static str,
    pub name: &'static str,
    /// Its share of the trust's people, in thousandths.
    share: usize,
    /// How willing its people are to do what is due in time, in per cent.
    pub willing: u32,
    jobs: &'static [(RoleGroup, &'static str, usize)],
}

use RoleGroup::{Catering, Central, Leadership, Midday, Office, Site, Supply, Teacher, TeachingAssistant, Trainee};

const PRIMARY: &[(RoleGroup, &str, usize)] = &[
    (Teacher, "Class Teacher", 38),
    (TeachingAssistant, "Teaching Assistant", 30),
    (Midday, "Midday Supervisor", 12),
    (Office, "School Administrator", 6),
    (Catering, "Catering Assistant", 5),
    (Site, "Caretaker", 4),
    (Trainee, "Trainee Teacher", 3),
    (Supply, "Supply Teacher", 2),
];
const SECONDARY: &[(RoleGroup, &str, usize)] = &[
    (Teacher, "Teacher", 52),
    (TeachingAssistant, "Teaching Assistant", 16),
    (Office, "Office Assistant", 10),
    (Catering, "Catering Assistant", 6),
    (Site, "Site Assistant", 5),
    (Teacher, "Head of Department", 6),
    (Trainee, "Trainee Teacher", 3),
    (Supply, "Cover Supervisor", 2),
];
const CENTRAL: &[(RoleGroup, &str, usize)] = &[
    (Central, "Finance Officer", 30),
    (Central, "HR Adviser", 20),
    (Central, "IT Technician", 25),
    (Central, "Estates Manager", 25),
];

pub const SCHOOLS: &[MadeSchool] = &[
    MadeSchool { urn: "100001", name: "Fairhaven Primary", share: 130, willing: 95, jobs: PRIMARY },
    MadeSchool { urn: "100002", name: "Coombe Infants", share: 79, willing: 99, jobs: PRIMARY },
    MadeSchool { urn: "100003", name: "Harbour Academy", share: 446, willing: 80, jobs: SECONDARY },
    MadeSchool { urn: "100004", name: "St Piran’s", share: 263, willing: 93, jobs: SECONDARY },
    MadeSchool { urn: "SALTMARSH", name: "Central team", share: 82, willing: 96, jobs: CENTRAL },
];

/// Somebody made up: who, where, since when, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePerson {
    pub forename: String,
    pub surname: String,
    /// None for the few without a work email.
    pub email: Option<String>,
    /// Index into `SCHOOLS`.
    pub school: usize,
    pub job_title: &'static str,
    pub role_group: RoleGroup,
    pub from: Day,
    pub until: Option<Day>,
    pub flags: PostFlags,
    /// A second post, at another school.
    pub also_at: Option<usize>,
}

impl MadePerson {
    /// The main post, as audiences read it.
    pub fn as_post(&self) -> Option<Post> {
        Some(Post {
            id: 0,
            school: Urn::parse(SCHOOLS[self.school].urn).ok()?,
            role_group: self.role_group,
            from: self.from,
            until: self.until,
            term_time_only: None,
            flags: self.flags,
            on_placement: false,
        })
    }

    pub fn is_here_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// So many people with a post on `today`, and one in twelve more who left last summer. Heads come first in each school.
pub fn people(random: &mut ChaCha8Rng, count: usize, today: Day) -> Vec<MadePerson> {
    let mut made = Vec::with_capacity(count + count / 12);
    for (school, size) in sizes(count).into_iter().enumerate() {
        for place in 0..size {
            made.push(person(random, school, place, today, made.len(), false));
        }
        for place in 0..size / 12 {
            made.push(person(random, school, place + 10, today, made.len(), true));
        }
    }
    made
}

/// However small the trust, each school has its head, and the central team those who play a part.
fn sizes(count: usize) -> Vec<usize> {
    let least = |school: &MadeSchool| if school.urn == "SALTMARSH" { 3 } else { 1 };
    let mut sizes: Vec<usize> = SCHOOLS.iter().map(|school| (count * school.share / 1000).max(least(school))).collect();
    let rest = count.saturating_sub(sizes.iter().sum());
    sizes[2] += rest;
    sizes
}

fn person(random: &mut ChaCha8Rng, school: usize, place: usize, today: Day, number: usize, left: bool) -> MadePerson {
    let (forename, surname) = name(random, number);
    let (role_group, job_title) = job(random, school, place);
    let year = if today.month() >= 9 { today.year() } else { today.year() - 1 };
    let from = started(random, place, year, today, left);
    let until = left.then(|| Day::new(year, 7, 10 + random.random_range(0..15))).flatten();
    let without_email = matches!(role_group, Midday | Catering | Site) && random.random_ratio(1, 6);
    let also_at =
        (place > 8 && !left && role_group == Teacher && random.random_ratio(1, 60)).then_some((school + 1) % 4);
    let email = (!without_email).then(|| address(&forename, &surname, number));
    let flags = flags(school, place, left);
    MadePerson { forename, surname, email, school, job_title, role_group, from, until, flags, also_at }
}

/// The deputy and one colleague of each school look after its accounts, and one more takes the pictures.
fn flags(school: usize, place: usize, left: bool) -> PostFlags {
    let central = SCHOOLS[school].urn == "SALTMARSH";
    let here = |places: &[usize]| !left && !central && places.contains(&place);
    PostFlags { leadership: false, account_administrator: here(&[1, 4]), takes_images: here(&[4, 5]) }
}

/// Nobody shares both names with another until all pairs are used.
fn name(random: &mut ChaCha8Rng, number: usize) -> (String, String) {
    let forename =
        if number < FORENAMES.len() { FORENAMES[number] } else { FORENAMES.choose(random).unwrap_or(&"Sam") };
    let surname = SURNAMES[(number * 7 + number / SURNAMES.len() * 3) % SURNAMES.len()];
    (forename.to_owned(), surname.to_owned())
}

fn job(random: &mut ChaCha8Rng, school: usize, place: usize) -> (RoleGroup, &'static str) {
    let central = SCHOOLS[school].urn == "SALTMARSH";
    match (place, central) {
        (0, true) => (Leadership, "Chief Executive"),
        (0, false) => (Leadership, "Headteacher"),
        (1, false) => (Leadership, "Deputy Headteacher"),
        (1, true) => (Central, "HR Manager"),
        (2, true) => (Central, "Head of Governance"),
        _ => {
            let jobs = SCHOOLS[school].jobs;
            let all: usize = jobs.iter().map(|(_, _, weight)| weight).sum();
            let mut drawn = random.random_range(0..all);
            let found = jobs.iter().find(|(_, _, weight)| {
                let here = drawn < *weight;
                drawn = drawn.saturating_sub(*weight);
                here
            });
            found.map_or((Office, "School Administrator"), |(group, title, _)| (*group, *title))
        }
    }
}

/// Most have been here for years; one in nine came this September, a few in the last weeks.
fn started(random: &mut ChaCha8Rng, place: usize, year: i32, today: Day, left: bool) -> Day {
    let september = |year: i32| Day::new(year, 9, 1).unwrap_or(today);
    let of_late = place > 8 && !left;
    match random.random_range(0..100) {
        0..11 if of_late => september(year).min(today),
        11..13 if of_late => today.plus(-random.random_range(1..20)),
        13..20 if of_late => Day::new(year, 1, 5).unwrap_or(today),
        _ => september(year - 1 - random.random_range(0..14)),
    }
}

fn address(forename: &str, surname: &str, number: usize) -> String {
    let plain = |text: &str| {
        use unicode_normalization::UnicodeNormalization;
        let text = text.replace(['ł', 'Ł'], "l");
        text.nfd().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase()
    };
    let twin = if number < SURNAMES.len() { String::new() } else { number.to_string() };
    format!("{}.{}{twin}@saltmarsh.example", plain(forename), plain(surname))
}
