//! The built program from the outside: one server and commands beside it, a stop that finishes what it is doing, back-ups that
//! restore, and what the doctor says.

use std::io::{Read, Write};
use std::net::TcpStream;

use seamark::evidence::Actor;
use seamark::people::{self, NewPerson};
use seamark::{assignments, courses};

use crate::house::on_postgres;
use crate::house::post_office::PostOffice;
use crate::house::program::{IRIS, Program, Said};
use crate::inset_morning::harness::browser::Browser;

#[track_caller]
fn well(said: &Said) -> &str {
    assert_eq!(said.code, Some(0), "{said:?}");
    &said.words
}

#[track_caller]
fn refused(said: &Said) -> &str {
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(!said.troubles.contains("panicked"), "{said:?}");
    &said.troubles
}

fn adds_somebody(program: &Program, forename: &'static str) {
    program
        .app()
        .act(Actor::system(), move |act| {
            let new = NewPerson { forename: forename.to_owned(), surname: "Ash".to_owned(), ..NewPerson::default() };
            people::add_person(act, &new).map(|_| ())
        })
        .unwrap();
}

fn forenames(program: &Program) -> Vec<String> {
    program.app().read(people::everybody).unwrap().into_iter().map(|person| person.forename).collect()
}

// ── starting

#[test]
fn the_first_start_prints_the_address_of_set_up_once_and_it_opens() {
    let program = Program::new();
    let serving = program.serves();
    assert!(serving.line().starts_with("Seamark is not set up yet."));
    let address = serving.line().trim().to_owned();
    assert!(address.starts_with(&program.url("/setup?code=")), "{address}");
    let mut browser = Browser::new(program.listens_at());
    assert_eq!(browser.opens(address.strip_prefix(&program.url("")).unwrap()).unwrap().status, 200);
    assert_eq!(browser.opens("/setup").unwrap().status, 404);
    assert_eq!(browser.opens("/").unwrap().location.as_deref(), Some("/sign-in"));
    serving.stops();
    let keys = std::fs::read_dir(program.folder().join("data/keys")).unwrap();
    use std::os::unix::fs::PermissionsExt;
    let modes: Vec<u32> = keys.map(|key| key.unwrap().metadata().unwrap().permissions().mode() & 0o777).collect();
    assert_eq!(modes, [0o600; 3]);
}

#[test]
fn the_lock_of_one_server_goes_with_its_process_and_commands_of_every_kind_run_beside_it() {
    if on_postgres() {
        return; // There, several servers may share one database.
    }
    let program = Program::set_up();
    let serving = program.serves();
    let second = Program::new()
        .with("SEAMARK_DATABASE", program.settings["SEAMARK_DATABASE"].as_str())
        .with("SEAMARK_DATA", program.settings["SEAMARK_DATA"].as_str());
    let said = second.says(&["serve"]);
    assert!(refused(&said).contains("Another Seamark server is using"), "{said:?}");
    for command in [&["rounds", "list"][..], &["evidence", "verify"], &["link", IRIS], &["rounds", "run", "tidy"]] {
        well(&program.says(command));
    }
    assert!(serving.is_running());
    serving.kill();
    let third = program.serves();
    assert!(third.is_running(), "the lock goes with the process, however that ends");
}

#[test]
fn an_address_that_is_taken_is_said_in_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let program = Program::new().with("SEAMARK_LISTEN", &address);
    let said = program.says(&["serve"]);
    assert!(refused(&said).contains(&format!("{address} cannot be listened on")), "{said:?}");
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let program = Program::new().with("SEAMARK_LISTEN", "harbour");
    assert!(refused(&program.says(&["serve"])).contains("`listen` should be an address and port"));
    let file = program.folder().join("seamark.toml");
    std::fs::write(&file, "addres = \"https://training.example\"\n").unwrap();
    let said = program.says(&["doctor"]);
    assert!(refused(&said).contains("addres"), "{said:?}");
    assert_eq!(program.says(&["sail"]).code, Some(2));
}

// ── stopping

#[test]
fn a_stop_answers_what_is_under_way_and_takes_nothing_new() {
    let program = Program::set_up();
    let serving = program.serves();
    let link = well(&program.says(&["link", IRIS])).trim().to_owned();
    let path = link.strip_prefix(&program.url("")).unwrap().to_owned();
    // A write whose last byte comes only after the server was told to stop.
    let mut caller = TcpStream::connect(program.listens_at()).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 3\r\n\r\na=",
        program.listens_at()
    );
    caller.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let stopping = std::thread::spawn(move || serving.stops());
    std::thread::sleep(std::time::Duration::from_millis(300));
    caller.write_all(b"b").unwrap();
    let mut answer = String::new();
    caller.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let (code, log) = stopping.join().unwrap();
    assert_eq!(code, Some(0), "{log}");
    assert!(TcpStream::connect(program.listens_at()).is_err());
    assert!(log.lines().all(|line| line.starts_with('{')), "a line that is no JSON:\n{log}");
    assert!(!log.contains(IRIS) && !log.contains("Bell") && !log.contains(&path), "{log}");
}

// ── commands

#[test]
fn whoever_has_the_shell_makes_a_link_for_somebody_on_the_list() {
    let program = Program::set_up();
    let serving = program.serves();
    let link = well(&program.says(&["link", "  Iris.BELL@saltmarsh.example"])).trim().to_owned();
    let path = link.strip_prefix(&program.url("")).unwrap();
    let mut browser = Browser::new(program.listens_at());
    let page = browser.opens(path).unwrap();
    assert!(page.words().contains("Sign in as Iris Bell?"));
    assert_eq!(browser.posts(path, &[]).unwrap().status, 303);
    assert_eq!(browser.opens("/settings").unwrap().status, 200, "with every role that she holds");
    assert!(refused(&program.says(&["link", "nobody@saltmarsh.example"])).contains("Nobody on the staff list"));
    assert!(refused(&program.says(&["link", "iris"])).contains("is not an email address"));
    drop(serving);
}

#[test]
fn rounds_are_listed_and_run_one_by_one_for_those_who_prefer_cron() {
    let program = Program::set_up();
    let listed = program.says(&["rounds", "list"]);
    for name in ["letters", "assignments", "checkpoint", "tidy"] {
        assert!(well(&listed).lines().any(|line| line.starts_with(name)), "{listed:?}");
        well(&program.says(&["rounds", "run", name]));
        assert_eq!(well(&program.says(&["rounds", "run", name])).trim(), "Nothing to do.", "{name}, again");
    }
    assert!(refused(&program.says(&["rounds", "run", "sailing"])).contains("There is no round ‘sailing’"));
}

#[test]
fn the_letters_round_sends_what_waits() {
    let server = PostOffice::open();
    let program = Program::set_up().with("SEAMARK_MAIL_TO", &server.url());
    let app = program.app();
    let keyring = app.keyring.clone();
    app.act(Actor::system(), move |act| {
        seamark::identity::ask_for_link(act, &keyring, &IRIS.parse().unwrap()).map(|_| ())
    })
    .unwrap();
    assert!(well(&program.says(&["rounds", "run", "letters"])).contains("1 letter"));
    assert!(server.arrived()[0].text().contains(&program.url("/sign-in/link/")));
}

#[test]
fn the_log_is_verified_and_a_changed_row_is_found() {
    let program = Program::set_up();
    let said = program.says(&["evidence", "verify"]);
    assert!(well(&said).contains("✓ Intact") && said.words.contains("posts: 1 rows compared"), "{said:?}");
    program
        .app()
        .desk
        .database
        .write(|conn| {
            use diesel::connection::SimpleConnection;
            Ok(seamark::each_backend!(conn, |c| c.batch_execute("UPDATE posts SET job_title = 'Headteacher'"))?)
        })
        .unwrap();
    let said = program.says(&["evidence", "verify"]);
    assert_eq!(said.code, Some(1));
    assert!(said.words.contains("✗") && !said.words.contains("✓ Intact"), "{said:?}");
}

// ── back-ups

#[test]
fn a_back_up_made_while_serving_restores_into_an_empty_folder() {
    let program = Program::set_up();
    if on_postgres() {
        let said = program.says(&["backup", "copy"]);
        assert!(well(&said).contains("pg_dump --format=custom --file=copy"), "{said:?}");
        return;
    }
    let serving = program.serves();
    adds_somebody(&program, "Before");
    let copy = program.folder().join("copy.seamark");
    assert!(well(&program.says(&["backup", copy.to_str().unwrap()])).contains("✓ Backed up to"));
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&copy).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "a copy of everybody's records is for its owner's eyes");
    adds_somebody(&program, "After");
    let again = program.says(&["backup", copy.to_str().unwrap()]);
    assert!(refused(&again).contains("is there already, and a back-up never overwrites"));
    drop(serving);

    let elsewhere = Program::new();
    std::fs::remove_file(elsewhere.database()).unwrap();
    let said = elsewhere.says(&["restore", copy.to_str().unwrap()]);
    assert!(well(&said).contains("✓ Restored, with ") && said.words.contains("There were no keys in"), "{said:?}");
    assert_eq!(forenames(&elsewhere), ["Iris", "Before"]);

    let with_keys = Program::new();
    std::fs::remove_file(with_keys.database()).unwrap();
    let (from, to) = (program.folder().join("data/keys"), with_keys.folder().join("data/keys"));
    std::fs::create_dir_all(&to).unwrap();
    for key in std::fs::read_dir(from).unwrap().flatten() {
        std::fs::copy(key.path(), to.join(key.file_name())).unwrap();
    }
    let said = with_keys.says(&["restore", copy.to_str().unwrap()]);
    assert!(!well(&said).contains("There were no keys"), "{said:?}");
    assert!(well(&with_keys.says(&["evidence", "verify"])).contains("✓ Intact"));
    let second = with_keys.says(&["restore", copy.to_str().unwrap()]);
    assert!(refused(&second).contains("is there already, and a restore never overwrites"));
}

#[test]
fn a_restore_never_lets_anothers_leftovers_into_the_database() {
    if on_postgres() {
        return;
    }
    let program = Program::set_up();
    let copy = program.folder().join("copy.seamark");
    well(&program.says(&["backup", copy.to_str().unwrap()]));
    std::fs::remove_file(program.database()).unwrap();
    let leftover = program.database().with_extension("db-wal");
    std::fs::write(&leftover, b"of the database that was here").unwrap();
    let said = program.says(&["restore", copy.to_str().unwrap()]);
    assert!(refused(&said).contains("seamark.db-wal is there already"), "{said:?}");
    assert!(!program.database().exists());
    std::fs::remove_file(leftover).unwrap();
    let _ = std::fs::remove_file(program.database().with_extension("db-shm"));
    for (name, bytes) in [("letter.txt", &b"Dear Priya"[..]), ("torn.seamark", &std::fs::read(&copy).unwrap()[..5000])]
    {
        let file = program.folder().join(name);
        std::fs::write(&file, bytes).unwrap();
        refused(&program.says(&["restore", file.to_str().unwrap()]));
        assert!(!program.database().exists(), "{name} left something behind");
    }
    well(&program.says(&["restore", copy.to_str().unwrap()]));
    assert_eq!(forenames(&program), ["Iris"]);
}

#[test]
fn nothing_is_backed_up_where_nothing_is() {
    if on_postgres() {
        return;
    }
    let program = Program::new();
    std::fs::remove_file(program.database()).unwrap();
    let copy = program.folder().join("copy.seamark");
    let said = program.says(&["backup", copy.to_str().unwrap()]);
    assert!(refused(&said).contains("there is nothing to back up"), "{said:?}");
    assert!(!copy.exists() && !program.database().exists());
}

// ── the doctor

#[test]
fn the_doctor_has_a_tick_or_what_to_do_for_each() {
    let server = PostOffice::open();
    let program = Program::set_up()
        .with("SEAMARK_MAIL_TO", &server.url())
        .with("SEAMARK_ADDRESS", "https://training.saltmarsh.example");
    let said = program.says(&["doctor"]);
    for what in ["settings", "database", "mail", "clock", "courses", "disk"] {
        assert!(said.words.lines().any(|line| line.starts_with(&format!("✓ {what}: "))), "{what}: {said:?}");
    }
    // Term dates are known up to July 2028; a year later the doctor rightly asks for more.
    let only_terms = said.words.lines().filter(|line| line.starts_with('✗')).all(|line| line.contains("term dates"));
    assert!(only_terms, "{said:?}");
}

#[test]
fn the_doctor_finds_a_closed_way_out_and_a_lost_token() {
    let program = Program::set_up()
        .with("SEAMARK_MAIL_TO", &format!("smtp://{}", crate::house::program::free_address()))
        .with("SEAMARK_METRICS_TOKEN_FILE", "no-such.token");
    let said = program.says(&["doctor"]);
    assert_eq!(said.code, Some(1));
    assert!(said.words.contains("✗ mail: the way out is closed"), "{said:?}");
    assert!(said.words.contains("✗ figures: no-such.token"), "{said:?}");
    assert!(said.words.contains("✗ settings: the public address is not https"), "{said:?}");
    let empty = Program::new();
    assert!(empty.says(&["doctor"]).words.contains("✗ settings: the trust is not set up"));
}

#[test]
fn what_a_command_did_is_there_for_the_server_that_runs_beside_it() {
    let program = Program::set_up();
    let serving = program.serves();
    let list = program.folder().join("staff.csv");
    let rows = "URN,Employee ID,First name,Surname,Work email,Job title,Start date\n\
                100001,7,Priya,Nair,p.nair@saltmarsh.example,Teacher,01/09/2020\n";
    std::fs::write(&list, rows).unwrap();
    let said = program.says(&["staff", "import", list.to_str().unwrap(), "--apply"]);
    well(&said);
    let link = well(&program.says(&["link", "p.nair@saltmarsh.example"])).trim().to_owned();
    let path = link.strip_prefix(&program.url("")).unwrap().to_owned();
    let mut browser = Browser::new(program.listens_at());
    browser.posts(&path, &[]).unwrap();
    let home = browser.opens("/").unwrap().words();
    assert!(home.contains("Acceptable use of social media"), "{home}");
    let person = program.app().read(|conn| people::person_by_email(conn, &"p.nair@saltmarsh.example".parse().unwrap()));
    let (app, now) = (program.app(), seamark::clock::Clock::System.now());
    let training = app.read(|conn| assignments::my_training(conn, person.unwrap().unwrap().id, now)).unwrap();
    assert!(training.iter().any(|one| one.kind == courses::Kind::Policy));
    drop(serving);
}
