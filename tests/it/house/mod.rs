//! The test home: a trust of its own for each test, on whichever database the run is about, on any day it likes.
//! Each room grows it in a file beside this one, in the product's words: `house.as_person("ben").opens("/")`.

pub mod browser;
mod databases;
pub mod post_office;
pub mod program;
pub mod site;

use std::path::Path;

use seamark::act::{self, Act};
use seamark::clock::{Clock, Day, Instant};
use seamark::db::{Conn, Database, WriterOptions};
use seamark::evidence::Actor;
use seamark::keys::Secret;
use seamark::problem::Result;
use seamark::settings;

pub use databases::{Home, on_postgres};

pub const TRUST: &str = "Saltmarsh Academies Trust";
pub const ORIGIN: &str = "saltmarsh.example/evidence/1";
pub const ADDRESS: &str = "https://training.saltmarsh.example";

pub struct House {
    pub database: Database,
    /// Stands at 9:14 on Tuesday 24 November 2026 until it is set.
    pub clock: Clock,
    /// Signs the log's checkpoints.
    pub log_key: Secret,
    home: Home,
}

impl House {
    pub fn new() -> House {
        House::with_writer(WriterOptions { after_disk_fault: || panic!("the disk failed"), ..WriterOptions::default() })
    }

    /// For tests of the writer itself.
    pub fn with_writer(options: WriterOptions) -> House {
        let home = Home::new();
        let house = House {
            database: home.open(options),
            clock: Clock::set_at(at("2026-11-24", "09:14")),
            log_key: Secret([7; 32]),
            home,
        };
        house.act(|act| {
            let seeds = [
                (settings::TRUST_NAME, TRUST),
                (settings::LOG_ORIGIN, ORIGIN),
                (settings::ADDRESS, ADDRESS),
                (settings::MAIL_FROM, "Saltmarsh training <training@saltmarsh.example>"),
            ];
            seeds.iter().try_for_each(|(name, value)| settings::write(act.conn, act.now, None, name, value))
        });
        house
    }

    /// Does something as the program itself, as one act at the clock's time.
    pub fn act<T: Send + 'static>(&self, verb: impl Fn(&mut Act) -> Result<T> + Send + 'static) -> T {
        self.try_act(Actor::system(), verb).unwrap()
    }

    /// Does something as whoever is named, and gives the problem too.
    pub fn try_act<T: Send + 'static>(
        &self,
        who: Actor,
        verb: impl Fn(&mut Act) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        act::perform(&self.database, who, self.now(), verb)
    }

    pub fn read<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        self.database.read(look).unwrap()
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// `house.it_is("2026-11-25", "16:30")`
    pub fn it_is(&self, day: &str, time: &str) {
        self.clock.set(at(day, time));
    }

    /// A folder for this test's files, gone when it ends.
    pub fn folder(&self) -> &Path {
        self.home.folder()
    }
}

/// A time of day in London.
pub fn at(day: &str, time: &str) -> Instant {
    let (hour, minute) = time.split_once(':').unwrap();
    day.parse::<Day>().unwrap().at_minute(hour.parse::<u32>().unwrap() * 60 + minute.parse::<u32>().unwrap())
}
