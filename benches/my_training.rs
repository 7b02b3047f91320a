//! *My training*, signed in, 7 assignments, the whole page. The floor, in the same run: a bare actix handler that runs the
//! page's own SQL statements and a template of its bytes. It is measured twice: with the statements run as the page runs them,
//! through the same readers; and with the words that SQLite saw, each prepared once and every column read, without diesel.
//! `cargo bench --bench my_training [-- --requests 4000]`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod harness;

use std::cell::OnceCell;
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::path::PathBuf;
use std::ptr;
use std::sync::Mutex;

use actix_web::{App as WebApp, HttpResponse, HttpServer, web};
use handlebars::Handlebars;
use harness::browser::{Browser, Page};
use harness::program::Program;
use harness::trust::{Seat, Trust, begin_all, sign_in};
use harness::{RUNS, is_said, median, number, print_load, print_median};
use libsqlite3_sys as ffi;
use seamark::app::App;
use seamark::clock::Clock;
use seamark::config::Config;
use seamark::identity::rules::LinkKind;
use seamark::reports::my_training::my_training;
use seamark::{assignments, attempts, identity, server};

const CLIENTS: usize = 2;

fn main() {
    for (word, reading) in [("--same-readers", Reading::SameReaders), ("--bare-sqlite", Reading::BareSqlite)] {
        if is_said(word) {
            return serve_floor(reading);
        }
    }
    let requests = number("--requests", 4000);
    let trust = Trust::of_one_school(50, None);
    let seat = somebody_in_the_middle(&trust);
    let (page, statements) = page_and_statements(&trust, &seat);
    print_load("before");
    println!("{RUNS} runs of {requests} requests by {CLIENTS} clients; {} kB", page.body.len() as f64 / 1000.0);
    // A reading transaction's BEGIN and ROLLBACK are run too, and are not counted.
    let counted = statements.iter().filter(|one| !one.starts_with("BEGIN") && *one != "ROLLBACK").count();
    println!("statements: {counted}");
    std::fs::write(trust.file("statements.json"), serde_json::to_vec(&statements).unwrap()).unwrap();
    std::fs::write(trust.file("page.html"), &page.body).unwrap();
    std::fs::write(trust.file("session"), &seat.cookie).unwrap();
    let mut figures: [Vec<f64>; 3] = Default::default();
    for run in 0..3 * RUNS {
        let program = match run % 3 {
            0 => trust.serve(),
            1 => Program::start(&mut trust.bench_itself("--same-readers"), &trust.address),
            _ => Program::start(&mut trust.bench_itself("--bare-sqlite"), &trust.address),
        };
        ask(&program, &seat, requests / 10, page.body.len());
        let before = program.cpu();
        ask(&program, &seat, requests, page.body.len());
        figures[run % 3].push((program.cpu() - before) * 1000.0 / requests as f64);
    }
    let [served, same_readers, bare_sqlite] = figures;
    print_median("served: server CPU a request", "ms", &served);
    print_median("floor, through the same readers", "ms", &same_readers);
    print_median("floor, SQLite without diesel", "ms", &bare_sqlite);
    println!("{:.2} and {:.2} times", median(&served) / median(&same_readers), median(&served) / median(&bare_sqlite));
    print_load("after");
}

/// Two courses done, and the third begun.
fn somebody_in_the_middle(trust: &Trust) -> Seat {
    let app = trust.app();
    let person = trust.people[0];
    for answers in begin_all(&app, &[person]).into_iter().take(2) {
        for answer in answers {
            let (library, key, sent) = (app.library(), app.certificate_key.clone(), answer.fields);
            app.act(seamark::evidence::Actor::system(), move |act| {
                attempts::answer(act, &library, &key, person, answer.attempt, answer.place, &sent)
            })
            .unwrap();
        }
    }
    let training = app.read(|conn| assignments::my_training(conn, person, app.desk.clock.now())).unwrap();
    assert_eq!(training.len(), 7);
    sign_in(&app, &[person], LinkKind::Letter).remove(0)
}

fn ask(program: &Program, seat: &Seat, requests: usize, length: usize) {
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut browser = Browser::signed_in(&program.address, &seat.cookie);
                for _ in 0..requests / CLIENTS {
                    let page = browser.opens("/").unwrap();
                    // Its tokens are as long each time.
                    assert_eq!((page.status, page.body.len()), (200, length));
                }
            });
        }
    });
}

// ── what the page asks of the database, as SQLite saw it

static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The page as it is served, in this process, and the statements that it took, with their values in them.
fn page_and_statements(trust: &Trust, seat: &Seat) -> (Page, Vec<String>) {
    // SAFETY: `watch` is what SQLite wants to call for each new connection.
    unsafe { ffi::sqlite3_auto_extension(Some(watch)) };
    let app = trust.app();
    let listener = std::net::TcpListener::bind(&trust.address).unwrap();
    let (sent, running) = std::sync::mpsc::channel();
    let serving = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let server = server::serve(app, listener).unwrap();
            sent.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    let handle = running.recv().unwrap();
    let mut browser = Browser::signed_in(&trust.address, &seat.cookie);
    browser.opens("/").unwrap();
    SEEN.lock().unwrap().clear();
    let page = browser.opens("/").unwrap();
    let statements = std::mem::take(&mut *SEEN.lock().unwrap());
    drop(browser);
    actix_web::rt::System::new().block_on(handle.stop(false));
    serving.join().unwrap();
    // SAFETY: it was put there above.
    unsafe { ffi::sqlite3_cancel_auto_extension(Some(watch)) };
    (page, statements)
}

unsafe extern "C" fn watch(conn: *mut ffi::sqlite3, _: *mut *mut c_char, _: *const ffi::sqlite3_api_routines) -> c_int {
    // SAFETY: the connection is SQLite's own, just made, and `note` is what it wants to call.
    unsafe { ffi::sqlite3_trace_v2(conn, ffi::SQLITE_TRACE_STMT as c_uint, Some(note), ptr::null_mut()) }
}

unsafe extern "C" fn note(_: c_uint, _: *mut c_void, statement: *mut c_void, _: *mut c_void) -> c_int {
    // SAFETY: for this kind of event it is a statement, and what it expands to is ours to free.
    unsafe {
        let words = ffi::sqlite3_expanded_sql(statement.cast());
        SEEN.lock().unwrap().push(CStr::from_ptr(words).to_string_lossy().into_owned());
        ffi::sqlite3_free(words.cast());
    }
    0
}

// ── the floor

#[derive(Clone, Copy)]
enum Reading {
    SameReaders,
    BareSqlite,
}

fn serve_floor(reading: Reading) {
    let config = Config::load(None).unwrap();
    let (listen, folder) = (config.listen, config.data.clone());
    let page = std::fs::read_to_string(folder.join("page.html")).unwrap();
    let mut templates = Handlebars::new();
    let token = page
        .split("name=\"token\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
        .to_owned();
    assert!(!token.is_empty() && !page.contains("{{"));
    templates.register_template_string("page", page.replace(&token, "{{token}}")).unwrap();
    let floor = web::Data::new(Floor {
        reading,
        session: std::fs::read_to_string(folder.join("session")).unwrap(),
        app: matches!(reading, Reading::SameReaders).then(|| App::build(config, Clock::System).unwrap()),
        folder,
        templates,
        token,
    });
    let server = HttpServer::new(move || WebApp::new().app_data(floor.clone()).route("/", web::get().to(bare)));
    let running = server.workers(2).bind(listen).unwrap().run();
    actix_web::rt::System::new().block_on(running).unwrap();
}

struct Floor {
    reading: Reading,
    app: Option<App>,
    session: String,
    folder: PathBuf,
    templates: Handlebars<'static>,
    token: String,
}

async fn bare(floor: web::Data<Floor>) -> HttpResponse {
    let reader = floor.clone();
    let read = web::block(move || match reader.reading {
        Reading::SameReaders => reader.run_as_the_page_does(),
        Reading::BareSqlite => {
            STATEMENTS.with(|statements| statements.get_or_init(|| Statements::prepare(&reader.folder)).run_all())
        }
    });
    assert!(read.await.unwrap() > 0);
    let page = floor.templates.render("page", &serde_json::json!({ "token": floor.token })).unwrap();
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page)
}

impl Floor {
    /// The session's statements, then the list's.
    fn run_as_the_page_does(&self) -> usize {
        let app = self.app.as_ref().unwrap();
        let now = app.desk.clock.now();
        let read = app.read(|conn| {
            let recognised = identity::recognise(conn, &app.keyring, &self.session, now)?;
            my_training(conn, recognised.viewer.person, now)
        });
        read.unwrap().items.len()
    }
}

thread_local! {
    static STATEMENTS: OnceCell<Statements> = const { OnceCell::new() };
}

struct Statements(Vec<*mut ffi::sqlite3_stmt>);

impl Statements {
    fn prepare(folder: &std::path::Path) -> Statements {
        let words: Vec<String> =
            serde_json::from_slice(&std::fs::read(folder.join("statements.json")).unwrap()).unwrap();
        let file = CString::new(folder.join("seamark.db").to_str().unwrap()).unwrap();
        // SAFETY: SQLite's calls as its documentation has them; the connection and the statements live as long as the thread.
        unsafe {
            let mut conn = ptr::null_mut();
            assert_eq!(ffi::sqlite3_open(file.as_ptr(), &mut conn), ffi::SQLITE_OK);
            let prepare = |words: &String| {
                let (words, mut statement) = (CString::new(words.as_str()).unwrap(), ptr::null_mut());
                let mut prepare = || ffi::sqlite3_prepare_v2(conn, words.as_ptr(), -1, &mut statement, ptr::null_mut());
                // While another thread puts the database right after the last server was killed, SQLite is busy.
                while prepare() == ffi::SQLITE_BUSY {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                assert!(!statement.is_null());
                statement
            };
            Statements(words.iter().map(prepare).collect())
        }
    }

    /// Steps through each and reads every column; gives how many there were.
    fn run_all(&self) -> usize {
        let mut read = 0;
        for statement in &self.0 {
            // SAFETY: as above; a text is copied before the next step.
            unsafe {
                while ffi::sqlite3_step(*statement) == ffi::SQLITE_ROW {
                    for column in 0..ffi::sqlite3_column_count(*statement) {
                        read += 1;
                        match ffi::sqlite3_column_type(*statement, column) {
                            ffi::SQLITE_INTEGER => drop(ffi::sqlite3_column_int64(*statement, column)),
                            ffi::SQLITE_NULL => {}
                            _ => {
                                let text = CStr::from_ptr(ffi::sqlite3_column_text(*statement, column).cast());
                                std::hint::black_box(text.to_owned());
                            }
                        }
                    }
                }
                ffi::sqlite3_reset(*statement);
            }
        }
        read
    }
}
