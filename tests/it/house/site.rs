//! The whole program over a trust of its own, and people who open its pages: `site.as_person("p.nair@…").opens("/")`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use seamark::act::Act;
use seamark::app::{App, read_house};
use seamark::clock::Clock;
use seamark::config::Config;
use seamark::db::{Conn, WriterOptions};
use seamark::evidence::Actor;
use seamark::people;
use seamark::people::rules::WorkEmail;
use seamark::problem::Result;
use seamark::settings;

use super::browser::Browser;
use super::{ADDRESS, Home, ORIGIN, TRUST, at};

pub struct Site {
    pub app: App,
    pub clock: Clock,
    _home: Home,
}

impl Site {
    /// Set up and empty, at 9:14 on Tuesday 24 November 2026.
    pub fn new() -> Site {
        Site::set_up(Site::before_set_up(Home::new()))
    }

    /// The same with a folder of the trust's own courses.
    pub fn with_courses(courses: &Path) -> Site {
        Site::set_up(Site::built(Home::new(), Some(courses.to_owned())))
    }

    fn set_up(site: Site) -> Site {
        site.act(|act| {
            settings::write(act.conn, act.now, None, settings::TRUST_NAME, TRUST)?;
            settings::write(act.conn, act.now, None, settings::LOG_ORIGIN, ORIGIN)
        });
        read_house(&site.app.desk).unwrap();
        site
    }

    /// As it is when the program is started for the first time.
    pub fn before_set_up(home: Home) -> Site {
        Site::built(home, None)
    }

    fn built(home: Home, courses: Option<PathBuf>) -> Site {
        let mut config = Config::read("", &BTreeMap::new()).unwrap();
        config.data = home.folder().to_owned();
        config.database = home.target.clone();
        config.address = Some(ADDRESS.to_owned());
        config.courses = courses;
        let clock = Clock::set_at(at("2026-11-24", "09:14"));
        let options = WriterOptions { after_disk_fault: || panic!("the disk failed"), ..WriterOptions::default() };
        let app = App::build_with(config, clock.clone(), options, None).unwrap();
        Site { app, clock, _home: home }
    }

    pub fn act<T: Send + 'static>(&self, verb: impl Fn(&mut Act) -> Result<T> + Send + 'static) -> T {
        self.app.act(Actor::system(), verb).unwrap()
    }

    pub fn read<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        self.app.read(look).unwrap()
    }

    /// Somebody with this work email, newly signed in.
    pub fn as_person(&self, email: &str) -> Browser<'_> {
        let email = WorkEmail::parse(email).unwrap();
        let person = self.read(|conn| people::person_by_email(conn, &email)).unwrap();
        Browser::of(&self.app, person.id)
    }
}
