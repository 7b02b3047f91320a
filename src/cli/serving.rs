//! Serving until told to stop: a trust, or the demo.

use std::net::TcpListener;

use super::tell;
use crate::app::{App, ServerLock};
use crate::clock::Clock;
use crate::config::Config;
use crate::evidence::Actor;
use crate::problem::{Problem, Result};
use crate::{demo, rounds, server, setup};

/// Makes the demo's trust, says where to go, and serves until stopped; then the database goes.
pub fn show_demo(asked: &demo::Asked) -> Result<()> {
    start_logging("warn");
    let listener = TcpListener::bind(asked.listen)
        .map_err(|error| Problem::refused(format!("{} cannot be listened on: {error}", asked.listen)))?;
    let listening = listener.local_addr()?;
    let folder = std::env::temp_dir().join(format!("seamark-demo-{}", crate::ids::random_id()?));
    let served = demo::make(asked, &folder, listening).and_then(|app| {
        demo::announce(&app, listening);
        run_server(app, listener)
    });
    let _ = std::fs::remove_dir_all(&folder);
    served
}

pub fn serve(config: Config) -> Result<()> {
    start_logging(&config.log);
    keep_few_heaps();
    crate::keys::private_folder(&config.data)?;
    let _lock = ServerLock::take(&config.database)?;
    let listener = TcpListener::bind(config.listen)
        .map_err(|error| Problem::refused(format!("{} cannot be listened on: {error}", config.listen)))?;
    let app = App::to_serve(config, Clock::System)?;
    print_setup_address(&app)?;
    run_server(app, listener)
}

/// glibc opens up to eight heaps a core for threads that ask for memory at once, and each keeps the most that it ever held. With
/// four, the server holds a fifth less after a busy morning (docs/figures.md).
fn keep_few_heaps() {
    // SAFETY: it changes a number that malloc reads, before there are other threads.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 4);
    }
}

/// Serves until told to stop (SIGTERM, Ctrl-C), then finishes what is under way.
fn run_server(app: App, listener: TcpListener) -> Result<()> {
    let rounds = rounds::start(&app)?;
    let listening = listen_for_hangups(&app)?;
    let served =
        actix_web::rt::System::new().block_on(async { server::serve(app, listener)?.await.map_err(Problem::from) });
    listening.close();
    rounds.stop();
    served
}

/// SIGHUP takes the folder of courses into use as it is now.
fn listen_for_hangups(app: &App) -> Result<signal_hook::iterator::Handle> {
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGHUP])?;
    let (listening, app) = (signals.handle(), app.clone());
    std::thread::spawn(move || {
        for _ in signals.forever() {
            match app.reload(Actor::shell()) {
                Ok(library) => tracing::info!(complaints = library.complaints.len(), "courses are read again"),
                Err(problem) => tracing::error!(cause = %problem, "courses could not be read again"),
            }
        }
    });
    Ok(listening)
}

/// Log lines are JSON, one a line, without personal data.
fn start_logging(what: &str) {
    let filter = tracing_subscriber::EnvFilter::try_new(what).unwrap_or_default();
    let lines = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = lines.try_init();
}

fn print_setup_address(app: &App) -> Result<()> {
    let now = app.desk.clock.now();
    let code = app.desk.database.write(move |conn| setup::fresh_code(conn, now))?;
    let Some(code) = code else { return Ok(()) };
    let listen = app.desk.config.listen;
    let address = app.desk.config.address.clone().unwrap_or_else(|| format!("http://{listen}"));
    tell(&format!(
        "Seamark is not set up yet. Open this address within a day; it works once:\n  {address}/setup?code={code}"
    ))
}
