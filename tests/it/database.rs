//! Acts are all or nothing, and nobody is told that one stands before it does: on both databases, when everything goes wrong.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use seamark::db::{Conn, Database, GROUP_ACTS, WriterOptions};
use seamark::each_backend;
use seamark::problem::{Fault, FaultKind, Problem, Result};

use crate::house::{Home, House};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    words: String,
}

fn run(conn: &mut Conn, statement: &str) -> Result<()> {
    Ok(each_backend!(conn, |c| c.batch_execute(statement))?)
}

fn number(conn: &mut Conn, query: &str) -> Result<i64> {
    let found: Number = diesel::sql_query(query).get_result(conn)?;
    Ok(found.number)
}

fn moor(conn: &mut Conn, boat: usize) -> Result<()> {
    run(conn, &format!("INSERT INTO boats (id) VALUES ({boat})"))
}

fn boats(database: &Database) -> Vec<usize> {
    let found: Vec<Number> =
        database.read(|conn| Ok(diesel::sql_query("SELECT id AS number FROM boats ORDER BY id").load(conn)?)).unwrap();
    found.into_iter().map(|boat| boat.number as usize).collect()
}

fn is_moored(database: &Database, boat: usize) -> bool {
    boats(database).contains(&boat)
}

/// A house with two small tables, whose bond is looked at only when a transaction commits. Its groups of acts stay open
/// for as long as acts wait.
fn harbour() -> House {
    harbour_with(WriterOptions { group_milliseconds: 60_000, ..calm() })
}

fn harbour_with(options: WriterOptions) -> House {
    let house = House::with_writer(options);
    house.act(|act| {
        let bond = "REFERENCES berths (id) DEFERRABLE INITIALLY DEFERRED";
        run(act.conn, "CREATE TABLE berths (id BIGINT PRIMARY KEY)")?;
        run(act.conn, &format!("CREATE TABLE boats (id BIGINT PRIMARY KEY, berth BIGINT {bond}, name TEXT)"))
    });
    house
}

fn calm() -> WriterOptions {
    WriterOptions { after_disk_fault: || panic!("the disk failed"), ..WriterOptions::default() }
}

/// Runs the acts at once: on SQLite the writer is held until all of them wait, so that they go into one group. Each asker
/// does something with its answer as soon as it has it.
fn all_at_once<T: Send + 'static, A: Fn(&mut Conn) -> Result<T> + Send + 'static>(
    database: &Database,
    acts: Vec<A>,
    on_answer: impl Fn(usize, &Result<T>) + Sync,
) -> Vec<Result<T>> {
    let many = if database.is_sqlite() { acts.len() } else { 0 };
    let on_answer = &on_answer;
    thread::scope(|scope| {
        hold_until(scope, database, move |database| database.waiting() >= many);
        let ask = |(place, act)| {
            scope.spawn(move || {
                let answer = database.write(act);
                on_answer(place, &answer);
                answer
            })
        };
        let asked: Vec<_> = acts.into_iter().enumerate().map(ask).collect();
        asked.into_iter().map(|answer| answer.join().unwrap()).collect()
    })
}

/// Keeps the writer busy with an act that does nothing but wait; comes back when that act has begun.
fn hold_until<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    database: &Database,
    released: impl Fn(&Database) -> bool + Send + 'static,
) {
    let (database, again) = (database.clone(), database.clone());
    let (held, holding) = mpsc::channel();
    scope.spawn(move || {
        let _ = database.write(move |_| {
            held.send(()).unwrap();
            while !released(&again) {
                thread::sleep(Duration::from_millis(1));
            }
            Ok(())
        });
    });
    holding.recv().unwrap();
}

/// Ten acts at once, each of which moors a boat of its own; the third of them to run then does something else too.
/// Gives the answer to each, by boat, and the one that ran third.
fn ten_acts(database: &Database, third: fn(&mut Conn) -> Result<()>) -> (Vec<Result<()>>, usize) {
    let turn = Arc::new(AtomicUsize::new(0));
    let ran_third = Arc::new(AtomicUsize::new(0));
    let act = |boat| {
        let (turn, ran_third) = (turn.clone(), ran_third.clone());
        move |conn: &mut Conn| {
            moor(conn, boat)?;
            if turn.fetch_add(1, Ordering::SeqCst) == 2 {
                ran_third.store(boat, Ordering::SeqCst);
                third(conn)?;
            }
            Ok(())
        }
    };
    let answers = all_at_once(database, (0..10).map(act).collect(), |_, _| {});
    (answers, ran_third.load(Ordering::SeqCst))
}

/// Whatever happened: an act stands if, and only if, whoever asked for it was told so.
fn assert_answers_are_true(database: &Database, answers: &[Result<()>]) {
    let told: Vec<usize> = (0..answers.len()).filter(|boat| answers[*boat].is_ok()).collect();
    assert_eq!(told, boats(database));
}

fn fault_kinds(answers: &[Result<()>]) -> Vec<FaultKind> {
    answers.iter().filter_map(|answer| answer.as_ref().err()?.fault_kind()).collect()
}

fn assert_works_afterwards(database: &Database) {
    database.write(|conn| moor(conn, 100)).unwrap();
    assert!(is_moored(database, 100));
}

#[test]
fn the_third_of_ten_acts_fails_and_nine_stand() {
    let house = harbour();
    let (answers, third) = ten_acts(&house.database, |_| Err(Problem::refused("The berth is taken.")));
    assert_answers_are_true(&house.database, &answers);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 9);
    assert!(matches!(&answers[third], Err(Problem::Refused(why)) if why == "The berth is taken."));
    assert_works_afterwards(&house.database);
}

#[test]
fn the_third_of_ten_acts_panics_and_nine_stand() {
    let house = harbour();
    let (answers, third) = ten_acts(&house.database, |_| std::panic::resume_unwind(Box::new("a hole in the boat")));
    assert_answers_are_true(&house.database, &answers);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 9);
    let problem = answers[third].as_ref().unwrap_err();
    assert_eq!(problem.fault_kind(), Some(FaultKind::Plain));
    assert_eq!(problem.to_string(), "an act panicked: a hole in the boat");
    assert_works_afterwards(&house.database);
}

#[test]
fn a_commit_that_fails_is_a_fault_to_all_who_wait_for_it() {
    let house = harbour();
    let (answers, third) = ten_acts(&house.database, |conn| run(conn, "UPDATE boats SET berth = 7"));
    assert_answers_are_true(&house.database, &answers);
    // SQLite commits the ten together; on PostgreSQL each is a transaction of its own.
    let faults = if house.database.is_sqlite() { 10 } else { 1 };
    assert_eq!(fault_kinds(&answers), vec![FaultKind::Plain; faults]);
    assert!(answers[third].is_err());
    assert_works_afterwards(&house.database);
}

#[test]
fn no_answer_is_given_before_the_commit_not_even_a_refusal() {
    let house = harbour();
    let answered = Arc::new(AtomicUsize::new(0));
    let turn = Arc::new(AtomicUsize::new(0));
    let act = |boat| {
        let (database, answered, turn) = (house.database.clone(), answered.clone(), turn.clone());
        move |conn: &mut Conn| {
            if turn.fetch_add(1, Ordering::SeqCst) == 9 && database.is_sqlite() {
                thread::sleep(Duration::from_millis(50));
                assert_eq!((answered.load(Ordering::SeqCst), boats(&database).len()), (0, 0));
            }
            moor(conn, boat)?;
            if boat == 4 { Err(Problem::refused("Not today.")) } else { Ok(()) }
        }
    };
    let answers = all_at_once(&house.database, (0..10).map(act).collect(), |boat, answer| {
        answered.fetch_add(1, Ordering::SeqCst);
        assert_eq!(is_moored(&house.database, boat), answer.is_ok());
    });
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 9);
    assert_answers_are_true(&house.database, &answers);
}

#[test]
fn a_statement_that_failed_unnoticed_never_leaves_an_act_half_done() {
    let house = harbour();
    let answer = house.database.write(|conn| {
        moor(conn, 1)?;
        let _ = moor(conn, 1);
        Ok(())
    });
    assert_eq!(answer.is_ok(), is_moored(&house.database, 1));
    assert_works_afterwards(&house.database);
}

#[test]
fn when_sqlite_ends_the_transaction_by_itself_nobody_of_the_group_is_told_that_it_stands() {
    let fails_with_all = |conn: &mut Conn| run(conn, "INSERT OR ROLLBACK INTO boats (id) SELECT id FROM boats");
    let says_nothing = |conn: &mut Conn| run(conn, "ROLLBACK");
    for third in [fails_with_all, says_nothing] {
        let house = harbour();
        if !house.database.is_sqlite() {
            return;
        }
        let (answers, third) = ten_acts(&house.database, third);
        // The two that ran before it are undone with it; the seven behind it find a new connection.
        assert_answers_are_true(&house.database, &answers);
        assert_eq!(fault_kinds(&answers), [FaultKind::Plain; 3]);
        assert!(answers[third].is_err());
        assert_works_afterwards(&house.database);
    }
}

#[test]
fn after_the_disk_failed_the_program_is_told_to_stop() {
    static TOLD: AtomicUsize = AtomicUsize::new(0);
    let told_to_stop = || {
        TOLD.fetch_add(1, Ordering::SeqCst);
    };
    let house = harbour_with(WriterOptions { after_disk_fault: told_to_stop, group_milliseconds: 60_000, ..calm() });
    if !house.database.is_sqlite() {
        return;
    }
    let fill_the_disk =
        |conn: &mut Conn| run(conn, "PRAGMA max_page_count = 1; UPDATE boats SET name = hex(randomblob(4000000))");
    let (answers, third) = ten_acts(&house.database, fill_the_disk);
    assert_answers_are_true(&house.database, &answers);
    assert_eq!(fault_kinds(&answers), [FaultKind::Disk; 3]);
    assert!(answers[third].is_err());
    assert_works_afterwards(&house.database);
    assert_eq!(TOLD.load(Ordering::SeqCst), 1);
}

#[test]
fn when_the_queue_is_full_one_is_told_to_come_back() {
    let house = harbour_with(WriterOptions { queue: 2, ..calm() });
    let database = &house.database;
    if !database.is_sqlite() {
        return;
    }
    let released = Arc::new(AtomicBool::new(false));
    thread::scope(|scope| {
        let release = released.clone();
        hold_until(scope, database, move |_| release.load(Ordering::SeqCst));
        let waiting = [1, 2].map(|boat| scope.spawn(move || database.write(move |conn| moor(conn, boat))));
        while database.waiting() < 2 {
            thread::sleep(Duration::from_millis(1));
        }
        let refused = database.write(|conn| moor(conn, 3)).unwrap_err();
        assert_eq!(refused.fault_kind(), Some(FaultKind::Busy));
        released.store(true, Ordering::SeqCst);
        waiting.into_iter().for_each(|answer| answer.join().unwrap().unwrap());
    });
    assert_eq!(boats(database), [1, 2]);
    assert_eq!(database.waiting(), 0);
    assert_works_afterwards(database);
}

/// What others could see of the first acts while the last of so many ran.
fn committed_before_the_last_of(many: usize, database: &Database, pause: Duration) -> usize {
    let turn = Arc::new(AtomicUsize::new(0));
    let act = |boat| {
        let (database, turn) = (database.clone(), turn.clone());
        move |conn: &mut Conn| {
            moor(conn, boat)?;
            let mine = turn.fetch_add(1, Ordering::SeqCst) + 1;
            thread::sleep(pause);
            Ok(if mine == many { boats(&database).len() } else { 0 })
        }
    };
    let answers = all_at_once(database, (0..many).map(act).collect(), |_, _| {});
    answers.into_iter().map(|seen| seen.unwrap()).max().unwrap()
}

#[test]
fn many_acts_that_come_together_are_committed_together() {
    let house = harbour();
    if house.database.is_sqlite() {
        assert_eq!(committed_before_the_last_of(200, &house.database, Duration::ZERO), 0);
        assert_eq!(boats(&house.database).len(), 200);
    }
}

#[test]
fn a_group_holds_256_acts_at_most() {
    let house = harbour();
    if house.database.is_sqlite() {
        // One of them is the act that waited for the rest.
        assert_eq!(committed_before_the_last_of(300, &house.database, Duration::ZERO), GROUP_ACTS - 1);
        assert_eq!(boats(&house.database).len(), 300);
    }
}

#[test]
fn a_group_is_committed_when_it_is_5_milliseconds_old() {
    let house = harbour_with(calm());
    if house.database.is_sqlite() {
        assert_eq!(committed_before_the_last_of(5, &house.database, Duration::from_millis(6)), 4);
    }
}

#[test]
fn two_acts_in_each_others_way_both_come_through() {
    let house = harbour();
    house.act(|act| run(act.conn, "INSERT INTO boats (id, name) VALUES (1, ''), (2, '')"));
    let both_hold_one = Arc::new(Barrier::new(2));
    let runs = Arc::new(AtomicUsize::new(0));
    let act = |(first, second): (i64, i64)| {
        let (both_hold_one, runs) = (both_hold_one.clone(), runs.clone());
        let is_first_try = AtomicBool::new(!house.database.is_sqlite());
        move |conn: &mut Conn| {
            runs.fetch_add(1, Ordering::SeqCst);
            run(conn, &format!("UPDATE boats SET name = name || 'a' WHERE id = {first}"))?;
            if is_first_try.swap(false, Ordering::SeqCst) {
                both_hold_one.wait();
            }
            run(conn, &format!("UPDATE boats SET name = name || 'b' WHERE id = {second}"))
        }
    };
    let answers = all_at_once(&house.database, vec![act((1, 2)), act((2, 1))], |_, _| {});
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let twice = house.read(|conn| number(conn, "SELECT COUNT(*) AS number FROM boats WHERE length(name) = 2"));
    assert_eq!(twice, 2);
    assert_eq!(runs.load(Ordering::SeqCst), if house.database.is_sqlite() { 2 } else { 3 });
}

#[test]
fn a_deadlock_is_tried_again_three_times_and_then_is_a_fault() {
    let house = harbour();
    let runs = Arc::new(AtomicUsize::new(0));
    let ran = runs.clone();
    let answer = house.database.write(move |_| {
        ran.fetch_add(1, Ordering::SeqCst);
        Err::<(), _>(Problem::Fault(Fault { cause: "deadlock detected".into(), kind: FaultKind::Deadlock }))
    });
    assert_eq!(answer.unwrap_err().fault_kind(), Some(FaultKind::Deadlock));
    assert_eq!(runs.load(Ordering::SeqCst), if house.database.is_sqlite() { 1 } else { 4 });
}

#[test]
fn a_reader_cannot_write() {
    let house = harbour();
    house.database.read(|conn| moor(conn, 1)).unwrap_err();
    house.database.read(|conn| run(conn, "CREATE TABLE secret (id BIGINT)")).unwrap_err();
    assert!(boats(&house.database).is_empty());
}

#[test]
fn a_reader_sees_one_moment_however_long_it_looks() {
    let house = harbour();
    let seen = house.read(|conn| {
        let before = number(conn, "SELECT COUNT(*) AS number FROM boats")?;
        house.database.write(|conn| moor(conn, 1))?;
        Ok((before, number(conn, "SELECT COUNT(*) AS number FROM boats")?))
    });
    assert_eq!(seen, (0, 0));
    assert_eq!(boats(&house.database), [1]);
}

#[test]
fn a_reader_that_panics_leaves_the_door_open() {
    let house = harbour();
    for _ in 0..20 {
        let look = || house.database.read(|_| -> Result<()> { std::panic::resume_unwind(Box::new("")) });
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(look)).unwrap_err();
    }
    assert!(boats(&house.database).is_empty());
}

fn said(conn: &mut Conn, query: &str) -> Result<String> {
    let found: Words = diesel::sql_query(query).get_result(conn)?;
    Ok(found.words)
}

#[test]
fn every_connection_has_its_settings() {
    let house = House::new();
    let settings: &[&str] = if house.database.is_sqlite() {
        &[
            "SELECT journal_mode || ' ' || (SELECT synchronous FROM pragma_synchronous) || \
             (SELECT foreign_keys FROM pragma_foreign_keys) || (SELECT trusted_schema FROM pragma_trusted_schema) || \
             (SELECT query_only FROM pragma_query_only) AS words FROM pragma_journal_mode",
            "SELECT timeout || ' ' || (SELECT cache_size FROM pragma_cache_size) AS words FROM pragma_busy_timeout",
        ]
    } else {
        &[
            "SELECT current_setting('transaction_isolation') || ', ' || current_setting('transaction_read_only') AS words",
            "SELECT current_setting('synchronous_commit') || ' ' || current_setting('TimeZone') AS words",
        ]
    };
    let ask = |query: &'static str| (house.read(|conn| said(conn, query)), house.act(move |act| said(act.conn, query)));
    let answers: Vec<(String, String)> = settings.iter().map(|query| ask(query)).collect();
    let wanted = if house.database.is_sqlite() {
        [("wal 2101", "wal 2100"), ("5000 -6000", "5000 -16000")]
    } else {
        [("repeatable read, on", "read committed, off"), ("on UTC", "on UTC")]
    };
    assert_eq!(answers, wanted.map(|(reader, writer)| (reader.to_owned(), writer.to_owned())));
}

#[test]
fn a_copy_taken_while_the_database_is_in_use_is_whole() {
    let house = harbour();
    house.database.write(|conn| moor(conn, 1)).unwrap();
    let copy = house.folder().join("copy.db");
    let copied = house.database.copy_to(&copy);
    if !house.database.is_sqlite() {
        assert!(matches!(copied, Err(Problem::Refused(_))));
        return;
    }
    copied.unwrap();
    house.database.write(|conn| moor(conn, 2)).unwrap();
    let copy = Database::open(&seamark::db::Target::Sqlite(copy), calm()).unwrap();
    assert_eq!(boats(&copy), [1]);
}

#[test]
fn whoever_starts_at_once_on_a_new_database_makes_its_tables_once() {
    let home = Home::without_tables();
    let opened = std::thread::scope(|scope| {
        let starts: Vec<_> =
            (0..5).map(|_| scope.spawn(|| Database::open(&home.target, WriterOptions::default()))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect::<Vec<_>>()
    });
    for database in opened {
        assert_eq!(database.unwrap().read(seamark::evidence::size).unwrap(), 0);
    }
}
