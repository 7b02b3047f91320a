//! The program as it is served, in a process of its own on a database of its own, and what is proved of it afterwards.

use std::collections::BTreeSet;
use std::sync::Mutex;

use seamark::evidence::Actor;
use seamark::identity::{self, rules::LinkKind};
use seamark::{assignments, attempts};

use super::harness::program::Program;
use super::harness::trust::Trust;
use super::journey::Acknowledged;

pub struct Server {
    pub trust: Trust,
    /// Several for each: a kill may take the answer to the first away.
    pub links: Vec<Vec<String>>,
    pub courses: Vec<String>,
    pub policy: String,
    program: Mutex<Option<Program>>,
}

impl Server {
    /// A trust of one school with so many staff, links for each, and the program serving it.
    pub fn prepare(staff: usize, database: Option<&str>) -> Server {
        let trust = Trust::of_one_school(staff, database);
        let people = trust.people.clone();
        let links = trust.app().act(Actor::system(), move |act| {
            let mut links =
                |person: &i64| (0..6).map(|_| identity::make_link(act, *person, LinkKind::Letter)).collect();
            people.iter().map(&mut links).collect()
        });
        let required = trust.library.programme.requires.iter().filter(|one| one.who.staff);
        let required = required.map(|one| one.slug.clone());
        let server = Server {
            links: links.unwrap(),
            courses: required.filter(|slug| trust.library.course(slug).is_some()).collect(),
            policy: trust.library.policies()[0].slug.clone(),
            trust,
            program: Mutex::new(None),
        };
        server.start();
        server
    }

    pub fn start(&self) {
        *self.program.lock().unwrap() = Some(self.trust.serve());
    }

    /// `kill -9`.
    pub fn kill(&self) {
        *self.program.lock().unwrap() = None;
    }

    /// Something that differs from run to run.
    pub fn number(&self) -> u64 {
        u64::from(std::process::id())
    }

    /// Seconds of CPU since the last start.
    pub fn cpu(&self) -> f64 {
        self.program.lock().unwrap().as_ref().unwrap().cpu()
    }

    /// KiB.
    pub fn resident(&self) -> u64 {
        self.program.lock().unwrap().as_ref().unwrap().resident()
    }

    /// What was acknowledged and is not in the database that is left.
    pub fn lost(&self, seen: &[Acknowledged]) -> Vec<String> {
        let app = self.trust.app();
        let now = app.desk.clock.now();
        let mut lost = Vec::new();
        for one in seen {
            let training = app.read(|conn| assignments::my_training(conn, one.person, now)).unwrap();
            let done: BTreeSet<&str> =
                training.iter().filter(|item| item.is_complete(now)).map(|item| item.slug.as_str()).collect();
            lost.extend(
                one.passed
                    .iter()
                    .filter(|slug| !done.contains(slug.as_str()))
                    .map(|slug| format!("{} passed {slug}", one.person)),
            );
            if one.signed && !done.contains(self.policy.as_str()) {
                lost.push(format!("{} signed", one.person));
            }
            if one.checked && done.len() < one.passed.len() + 1 {
                lost.push(format!("{} finished the self-check", one.person));
            }
            for (address, answers) in &one.answers {
                let Some(attempt) = address.rsplit('/').next().and_then(|id| id.parse().ok()) else { continue };
                let held = app.read(|conn| attempts::attempt(conn, attempt)).map_or(0, |attempt| attempt.answers.len());
                if held < *answers {
                    lost.push(format!("{} answered {answers} in {address}, {held} are there", one.person));
                }
            }
        }
        lost
    }

    /// The verdict of `seamark evidence verify`.
    pub fn verify(&self) -> String {
        let said = self.trust.command(&["evidence", "verify"]).output().unwrap();
        let words = String::from_utf8_lossy(&said.stdout).into_owned();
        let troubles = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.status.success(), "the evidence log is not intact:\n{words}{troubles}");
        words
    }
}
