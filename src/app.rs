//! Builds everything once, from settings and a clock. The server, the command line and the tests build it the same way.

use std::fs::File;
use std::sync::Arc;

use actix_web::web;

use crate::act::{self, Act};
use crate::assignments;
use crate::attempts;
use crate::attestations;
use crate::certificates::{self, Visitors};
use crate::clock::Clock;
use crate::config::Config;
use crate::courses::{self, Library};
use crate::db::{Conn, Database, Target, WriterOptions};
use crate::evidence::Actor;
use crate::evidence::verify::Covered;
use crate::http::{Desk, House, Views};
use crate::identity::Keyring;
use crate::keys::Secret;
use crate::mail::{Delivery, Transport};
use crate::people::{self, Consequences};
use crate::problem::{Problem, Result};
use crate::reports::issued::evidence_reports;
use crate::reports::standings::Latest;
use crate::self_checks;
use crate::settings;
use crate::shelf::{self, Shelf};

/// The program, ready to serve or to run one command.
#[derive(Clone)]
pub struct App {
    pub desk: web::Data<Desk>,
    pub keyring: web::Data<Keyring>,
    pub shelf: web::Data<Shelf>,
    pub certificate_key: web::Data<certificates::Key>,
    /// What follows for somebody who is changed by hand.
    pub consequences: web::Data<Consequences>,
    pub visitors: web::Data<Visitors>,
    /// The figures that were last looked at.
    pub latest: web::Data<Latest>,
    pub evidence_key: Arc<Secret>,
    /// Where letters go in the demo and in tests; otherwise the settings say.
    pub transport: Option<Transport>,
    /// Only in the demo.
    pub stage: Option<Stage>,
}

impl App {
    pub fn build(config: Config, clock: Clock) -> Result<App> {
        App::build_with(config, clock, WriterOptions::default(), None)
    }

    /// For a server: with the content as it is in the folders now, read once.
    pub fn to_serve(config: Config, clock: Clock) -> Result<App> {
        let app = App::assembled(config, clock, WriterOptions::default(), None, |_| Ok(Library::default()))?;
        app.reload(Actor::system())?;
        Ok(app)
    }

    pub fn build_with(
        config: Config,
        clock: Clock,
        writer: WriterOptions,
        transport: Option<Transport>,
    ) -> Result<App> {
        App::assembled(config, clock, writer, transport, shelf::as_in_use)
    }

    fn assembled(
        config: Config,
        clock: Clock,
        writer: WriterOptions,
        transport: Option<Transport>,
        content: fn(&Desk) -> Result<Library>,
    ) -> Result<App> {
        crate::keys::private_folder(&config.data)?;
        let database = Database::open(&config.database, writer)?;
        let keys = config.keys_folder();
        let desk = Desk { database, clock: clock.clone(), config, views: Views::read()?, house: Default::default() };
        let certificate_key = web::Data::new(certificates::Key::new(&Secret::keep(&keys, "certificates.key")?)?);
        let key = certificate_key.clone();
        let follow = move |act: &mut Act, person| certificates::bring_up_to_date(act, &key, &[person]);
        let app = App {
            shelf: web::Data::new(Shelf::of(content(&desk)?)),
            keyring: web::Data::new(Keyring { session: Secret::keep(&keys, "session.key")? }),
            consequences: web::Data::new(Consequences::new(follow)),
            certificate_key,
            visitors: web::Data::new(Visitors::new(clock)),
            latest: web::Data::new(Latest::default()),
            evidence_key: Arc::new(Secret::keep(&keys, "evidence.key")?),
            desk: web::Data::new(desk),
            transport,
            stage: None,
        };
        read_house(&app.desk)?;
        Ok(app)
    }

    /// The content in use now.
    pub fn library(&self) -> web::Data<Library> {
        self.shelf.library()
    }

    /// Takes into use what is sound in the folders; a server does so when it starts, and when it is told to.
    pub fn reload(&self, who: Actor) -> Result<web::Data<Library>> {
        shelf::reload(&self.desk, &self.shelf, who)
    }

    /// One act, at the clock's now.
    pub fn act<T: Send + 'static>(
        &self,
        who: Actor,
        verb: impl Fn(&mut Act) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        act::perform(&self.desk.database, who, self.desk.clock.now(), verb)
    }

    pub fn read<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.desk.database.read(look)
    }

    /// Where letters go now; a folder is looked for in the data folder.
    pub fn transport(&self) -> Result<Transport> {
        match &self.transport {
            Some(transport) => Ok(transport.clone()),
            None => Ok(match Transport::parse(&self.desk.house().mail_to)? {
                Transport::Folder(folder) => Transport::Folder(self.desk.config.data.join(folder)),
                other => other,
            }),
        }
    }
}

/// Reads what the trust has set, the file's word before the database's; whoever changes settings calls it.
pub fn read_house(desk: &Desk) -> Result<()> {
    let held = desk.database.read(settings::all)?;
    let held = |name: &str| held.get(name).cloned().unwrap_or_default();
    let or = |said: &Option<String>, otherwise: String| said.clone().unwrap_or(otherwise);
    desk.set_house(House {
        trust: held(settings::TRUST_NAME),
        address: or(&desk.config.address, held(settings::ADDRESS)),
        mail_from: or(&desk.config.mail_from, held(settings::MAIL_FROM)),
        mail_reply: held(settings::MAIL_REPLY),
        mail_to: or(&desk.config.mail_to, held(settings::MAIL_TO)),
        set_up: !held(settings::LOG_ORIGIN).is_empty(),
    });
    Ok(())
}

/// The tables that the evidence log answers for.
pub fn covered() -> Vec<Covered> {
    vec![
        Covered { table: "posts", rows: people::evidence_posts },
        Covered { table: "pauses", rows: people::evidence_pauses },
        Covered { table: "requirements", rows: assignments::evidence_requirements },
        Covered { table: "requirement_terms", rows: assignments::evidence_requirement_terms },
        Covered { table: "term_dates", rows: assignments::evidence_term_dates },
        Covered { table: "completions", rows: assignments::evidence_completions },
        Covered { table: "exemptions", rows: assignments::evidence_exemptions },
        Covered { table: "extensions", rows: assignments::evidence_extensions },
        Covered { table: "certificates", rows: certificates::evidence_certificates },
        Covered { table: "attempts", rows: attempts::evidence_attempts },
        Covered { table: "refreshers", rows: attempts::refreshers::evidence_refreshers },
        Covered { table: "voided_questions", rows: attempts::evidence_voided_questions },
        Covered { table: "attestations", rows: attestations::evidence_attestations },
        Covered { table: "queries", rows: attestations::evidence_queries },
        Covered { table: "query_closings", rows: attestations::evidence_query_closings },
        Covered { table: "self_checks", rows: self_checks::evidence_self_checks },
        Covered { table: "certificate_endings", rows: certificates::evidence_certificate_endings },
        Covered { table: "reports", rows: evidence_reports },
        Covered { table: "sign_offs", rows: courses::evidence_sign_offs },
    ]
}

/// Who plays whom at `/demo/…`.
#[derive(Clone, Debug)]
pub struct Player {
    pub role: &'static str,
    pub person: i64,
    pub name: String,
    /// Where their work begins.
    pub lands: &'static str,
}

/// What exists only under `demo`.
#[derive(Clone)]
pub struct Stage {
    pub players: Vec<Player>,
    pub caught: Delivery,
}

/// A server's lock on a SQLite file, held while it runs: a second server would have a writer of its own.
pub struct ServerLock(#[allow(dead_code)] Option<File>);

impl ServerLock {
    pub fn take(target: &Target) -> Result<ServerLock> {
        let Target::Sqlite(path) = target else { return Ok(ServerLock(None)) };
        let lock = File::options().create(true).append(true).open(path.with_extension("lock"))?;
        lock.try_lock().map_err(|_| {
            Problem::refused(format!("Another Seamark server is using {}. Stop it first.", path.display()))
        })?;
        Ok(ServerLock(Some(lock)))
    }
}
