//! SQLite's one writer: a thread that takes acts from a bounded queue and commits them in groups. Each act has a savepoint,
//! so an error or a panic undoes that act alone; every answer waits for the group's commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use super::Conn;
use crate::problem::{Fault, FaultKind, Problem, Result};

/// A group is committed when it holds so many acts …
pub const GROUP_ACTS: usize = 256;
/// … or is so many milliseconds old, or nobody else is waiting.
pub const GROUP_MILLISECONDS: u64 = 5;

#[derive(Clone)]
pub struct WriterOptions {
    /// Acts that may wait; one more is told to come back.
    pub queue: usize,
    /// How old a group may grow while acts keep coming.
    pub group_milliseconds: u64,
    /// What happens after the disk failed: nothing that SQLite says afterwards can be trusted, so the process stops.
    pub after_disk_fault: fn(),
}

impl Default for WriterOptions {
    fn default() -> WriterOptions {
        WriterOptions {
            queue: 4096,
            group_milliseconds: GROUP_MILLISECONDS,
            after_disk_fault: || std::process::exit(74),
        }
    }
}

pub struct Writer {
    queue: SyncSender<Box<dyn Waiting>>,
    waiting: Arc<AtomicI64>,
}

/// The queue's far end. It counts what it takes, so that the writer can say how many acts wait.
struct Acts {
    queue: Receiver<Box<dyn Waiting>>,
    waiting: Arc<AtomicI64>,
}

impl Acts {
    /// Waits for an act; None once nobody can send one.
    fn next(&self) -> Option<Box<dyn Waiting>> {
        self.counted(self.queue.recv().ok())
    }

    fn next_if_any(&self) -> Option<Box<dyn Waiting>> {
        self.counted(self.queue.try_recv().ok())
    }

    fn counted(&self, act: Option<Box<dyn Waiting>>) -> Option<Box<dyn Waiting>> {
        self.waiting.fetch_sub(i64::from(act.is_some()), Ordering::SeqCst);
        act
    }
}

impl Writer {
    /// `reopen` makes a new connection after one was found broken.
    pub fn start(
        conn: Conn,
        options: WriterOptions,
        reopen: impl Fn() -> Result<Conn> + Send + 'static,
    ) -> Result<Writer> {
        let (queue, far_end) = sync_channel(options.queue);
        let waiting = Arc::new(AtomicI64::new(0));
        let acts = Acts { queue: far_end, waiting: waiting.clone() };
        std::thread::Builder::new().name("writer".to_owned()).spawn(move || write_all(conn, acts, options, reopen))?;
        Ok(Writer { queue, waiting })
    }

    pub fn write<T: Send + 'static>(&self, act: impl Fn(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = sync_channel(1);
        let waiting = Box::new(Act { act, outcome: None, reply });
        self.queue.try_send(waiting).map_err(|refusal| match refusal {
            TrySendError::Full(_) => Problem::busy("the writer's queue is full"),
            TrySendError::Disconnected(_) => Problem::fault("the writer has stopped"),
        })?;
        self.waiting.fetch_add(1, Ordering::SeqCst);
        answer.recv().map_err(|_| Problem::fault("the writer stopped before it answered"))?
    }

    /// How many acts wait to be run.
    pub fn waiting(&self) -> usize {
        // Taken before it was counted, an act may bring this under nought for a moment.
        self.waiting.load(Ordering::SeqCst).try_into().unwrap_or(0)
    }
}

/// An act in the queue, whatever it returns.
trait Waiting: Send {
    /// Err if the connection itself can no longer be trusted.
    fn run(&mut self, conn: &mut Conn) -> std::result::Result<(), Fault>;
    fn answer(self: Box<Self>, fault: Option<&Fault>);
}

struct Act<T, F> {
    act: F,
    outcome: Option<Result<T>>,
    reply: SyncSender<Result<T>>,
}

impl<T: Send, F: Fn(&mut Conn) -> Result<T> + Send> Waiting for Act<T, F> {
    fn run(&mut self, conn: &mut Conn) -> std::result::Result<(), Fault> {
        say(conn, "SAVEPOINT act")?;
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.act)(conn)))
            .unwrap_or_else(|panic| Err(Problem::fault(format!("an act panicked: {}", panic_words(&*panic)))));
        let disk = matches!(&outcome, Err(Problem::Fault(fault)) if fault.kind == FaultKind::Disk);
        match &outcome {
            Ok(_) => say(conn, "RELEASE act")?,
            // Fails if SQLite has ended the transaction by itself: then no act of the group stands.
            Err(_) => say(conn, "ROLLBACK TO act; RELEASE act")?,
        }
        self.outcome = Some(outcome);
        if disk {
            Err(Fault { cause: "the disk failed during an act".to_owned(), kind: FaultKind::Disk })
        } else {
            Ok(())
        }
    }

    fn answer(self: Box<Self>, fault: Option<&Fault>) {
        let outcome = match (fault, self.outcome) {
            (None, Some(outcome)) => outcome,
            (None, None) => Err(Problem::fault("an act was passed over")),
            (Some(fault), _) => Err(Problem::Fault(Fault { cause: fault.cause.clone(), kind: fault.kind })),
        };
        // Whoever asked may have gone away; the act stands all the same.
        let _ = self.reply.send(outcome);
    }
}

fn write_all(mut conn: Conn, acts: Acts, options: WriterOptions, reopen: impl Fn() -> Result<Conn>) {
    let longest = Duration::from_millis(options.group_milliseconds);
    while let Some(first) = acts.next() {
        let mut group = vec![first];
        let committed = write_group(&mut conn, &mut group, &acts, longest);
        for act in group {
            act.answer(committed.as_ref().err());
        }
        let Err(fault) = committed else { continue };
        tracing::error!(cause = %fault.cause, "a group of acts was not committed");
        if fault.kind == FaultKind::Disk {
            (options.after_disk_fault)();
        }
        conn = loop {
            match reopen() {
                Ok(conn) => break conn,
                Err(problem) => {
                    tracing::error!(cause = %problem, "the writer could not be opened again");
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
        };
    }
}

fn write_group(
    conn: &mut Conn,
    group: &mut Vec<Box<dyn Waiting>>,
    acts: &Acts,
    longest: Duration,
) -> std::result::Result<(), Fault> {
    let began = Instant::now();
    say(conn, "BEGIN IMMEDIATE")?;
    let mut next = 0;
    while next < group.len() {
        group[next].run(conn)?;
        next += 1;
        let full = group.len() >= GROUP_ACTS || began.elapsed() >= longest;
        if next == group.len() && !full {
            group.extend(acts.next_if_any());
        }
    }
    say(conn, "COMMIT")
}

fn say(conn: &mut Conn, words: &str) -> std::result::Result<(), Fault> {
    let said = match conn {
        Conn::Sqlite(sqlite) => sqlite.batch_execute(words),
        Conn::Postgres(postgres) => postgres.batch_execute(words),
    };
    said.map_err(|error| match Problem::from(error) {
        Problem::Fault(fault) => Fault { cause: format!("{words}: {}", fault.cause), kind: fault.kind },
        other => Fault { cause: format!("{words}: {other}"), kind: FaultKind::Plain },
    })
}

pub(super) fn panic_words(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without words".to_owned())
}
