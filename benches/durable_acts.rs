//! Durable acts: 64 clients each save quiz answers over HTTP, SQLite with `synchronous=FULL`. The floor, in the same run: a
//! bare actix handler that runs the same statements through the same writer, without session, access rule or page.
//! `cargo bench --bench durable_acts [-- --clients 64]`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod harness;

use std::sync::Mutex;
use std::time::Instant;

use actix_web::{App as WebApp, HttpResponse, HttpServer, web};
use diesel::prelude::*;
use harness::browser::Browser;
use harness::program::Program;
use harness::trust::{Seat, ToSend, Trust, begin_all, sign_in};
use harness::{RUNS, is_said, milliseconds, number, print_load, print_median, share};
use seamark::app::App;
use seamark::attempts;
use seamark::db::{Conn, Database};
use seamark::each_backend;
use seamark::identity::rules::LinkKind;
use seamark::problem::Result;
use seamark::schema::{answers, assignments, attempts as attempts_table, requirements};

/// So many people answer in the place of each client, one after another, in each run.
const PEOPLE_A_CLIENT: usize = 4;

fn main() {
    if is_said("--floor") {
        return serve_floor();
    }
    let clients = number("--clients", 64);
    let trust = Trust::of_one_school(clients * PEOPLE_A_CLIENT * 2 * RUNS, None);
    let shifts = shifts(&trust, clients);
    print_load("before");
    println!("{clients} clients, {RUNS} runs, {} acts a run", acts_of(&shifts[0]));
    let mut figures: [Vec<Seen>; 2] = [Vec::new(), Vec::new()];
    for (run, shift) in shifts.iter().enumerate() {
        let floor = run % 2 == 1;
        let program = if floor { start_floor(&trust) } else { trust.serve() };
        figures[run % 2].push(work(&program, shift, floor));
        drop(program);
        assert_eq!(lost(&trust.app(), shift), 0, "answers were acknowledged and are not there");
    }
    print(&figures[0], "served");
    print(&figures[1], "floor");
    let cpu = |seen: &[Seen]| harness::median(&seen.iter().map(|one| one.cpu).collect::<Vec<_>>());
    println!(
        "server CPU an act: {:.2} times the floor's; none lost, none refused",
        cpu(&figures[0]) / cpu(&figures[1])
    );
    print_load("after");
}

/// One person's answers, and how they are signed in.
struct Share {
    seat: Seat,
    answers: Vec<ToSend>,
}

/// For each run, each client's people. The last answer of an attempt is left out: it does much more than save an answer.
fn shifts(trust: &Trust, clients: usize) -> Vec<Vec<Vec<Share>>> {
    let app = trust.app();
    let seats = sign_in(&app, &trust.people, LinkKind::Letter);
    let mut attempts = begin_all(&app, &trust.people);
    attempts.iter_mut().for_each(|answers| drop(answers.pop()));
    let mut attempts = attempts.into_iter().peekable();
    let mut share = |seat: Seat| {
        let mut answers = Vec::new();
        while let Some(theirs) = attempts.next_if(|theirs| theirs[0].person == seat.person) {
            answers.extend(theirs);
        }
        Share { seat, answers }
    };
    let mut shares: Vec<Share> = seats.into_iter().map(&mut share).collect();
    let mut client = || shares.split_off(shares.len() - PEOPLE_A_CLIENT);
    (0..2 * RUNS).map(|_| (0..clients).map(|_| client()).collect()).collect()
}

fn acts_of(shift: &[Vec<Share>]) -> usize {
    shift.iter().flatten().map(|share| share.answers.len()).sum()
}

/// What one run showed.
struct Seen {
    /// Milliseconds an act.
    cpu: f64,
    a_second: f64,
    p99: f64,
}

fn work(program: &Program, shift: &[Vec<Share>], floor: bool) -> Seen {
    let took = Mutex::new(Vec::new());
    let (cpu, began) = (program.cpu(), Instant::now());
    std::thread::scope(|scope| {
        for client in shift {
            scope.spawn(|| {
                let times = client.iter().flat_map(|share| answer_all(&program.address, share, floor));
                let times: Vec<f64> = times.collect();
                took.lock().unwrap().extend(times);
            });
        }
    });
    let (cpu, acts) = (program.cpu() - cpu, acts_of(shift) as f64);
    let seconds = began.elapsed().as_secs_f64();
    Seen { cpu: cpu * 1000.0 / acts, a_second: acts / seconds, p99: share(&took.into_inner().unwrap(), 0.99) }
}

fn answer_all(address: &str, share: &Share, floor: bool) -> Vec<f64> {
    let mut browser = Browser::signed_in(address, &share.seat.cookie);
    let send = |answer: &ToSend| {
        let mut fields = answer.fields.clone();
        fields.push(("token".to_owned(), share.seat.token.clone()));
        let path = if floor { floor_path(answer) } else { answer.path() };
        let began = Instant::now();
        let page = browser.posts(&path, &fields).unwrap();
        assert_eq!(page.status, 303, "{path} was refused: {}", page.heading());
        milliseconds(began.elapsed())
    };
    share.answers.iter().map(send).collect()
}

fn lost(app: &App, shift: &[Vec<Share>]) -> usize {
    let answers = shift.iter().flatten().flat_map(|share| &share.answers);
    let is_lost = |answer: &&ToSend| {
        let held = app.read(|conn| attempts::attempt(conn, answer.attempt)).unwrap();
        held.answers.len() <= answer.place
    };
    answers.filter(is_lost).count()
}

fn print(seen: &[Seen], what: &str) {
    let figures = |of: fn(&Seen) -> f64| seen.iter().map(of).collect::<Vec<f64>>();
    print_median(&format!("{what}: server CPU an act"), "ms", &figures(|one| one.cpu));
    print_median(&format!("{what}: acts a second"), "", &figures(|one| one.a_second));
    print_median(&format!("{what}: p99"), "ms", &figures(|one| one.p99));
}

// ── the floor

fn start_floor(trust: &Trust) -> Program {
    Program::start(&mut trust.bench_itself("--floor"), &trust.address)
}

fn floor_path(answer: &ToSend) -> String {
    format!("/{}/{}", answer.attempt, answer.place)
}

fn serve_floor() {
    let config = seamark::config::Config::load(None).unwrap();
    let database = Database::open(&config.database, Default::default()).unwrap();
    let server = HttpServer::new(move || {
        WebApp::new().app_data(web::Data::new(database.clone())).route("/{attempt}/{place}", web::post().to(save))
    });
    let running = server.workers(2).bind(config.listen).unwrap().run();
    actix_web::rt::System::new().block_on(running).unwrap();
}

async fn save(path: web::Path<(i64, i32)>, _form: web::Bytes, database: web::Data<Database>) -> HttpResponse {
    let (attempt, place) = path.into_inner();
    let saved = web::block(move || database.write(move |conn| save_answer(conn, attempt, place))).await;
    saved.unwrap().unwrap();
    HttpResponse::SeeOther().insert_header(("location", "/")).finish()
}

/// The statements of `attempts::answer`, and nothing else.
fn save_answer(conn: &mut Conn, attempt: i64, place: i32) -> Result<()> {
    type Found = (String, i32, i64, String, i64, Option<i64>, Option<bool>, i64, String, String);
    use attempts_table as a;
    let _: Found = each_backend!(conn, |c| a::table
        .inner_join(assignments::table.inner_join(requirements::table))
        .filter(a::id.eq(attempt))
        .select((
            a::content_version,
            a::number,
            a::seed,
            a::drawn,
            a::started_at,
            a::finished_at,
            a::passed,
            assignments::person_id,
            requirements::content_slug,
            assignments::closes_day,
        ))
        .first(c))?;
    let _: Vec<(i32, String, String, bool, i64)> = each_backend!(conn, |c| answers::table
        .filter(answers::attempt_id.eq(attempt))
        .order(answers::place)
        .select((answers::place, answers::question, answers::chosen, answers::is_right, answers::answered_at))
        .load(c))?;
    let row = (
        answers::attempt_id.eq(attempt),
        answers::place.eq(place),
        answers::question.eq("AU-Q01"),
        answers::chosen.eq("[0]"),
        answers::is_right.eq(true),
        answers::answered_at.eq(0_i64),
    );
    each_backend!(conn, |c| diesel::insert_into(answers::table).values(row).execute(c))?;
    Ok(())
}
