//! Only one server at a time has a SQLite file; commands run beside it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// Stops with the test, however that ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn seamark(data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seamark"));
    command.args(words).current_dir(data).env("SEAMARK_DATA", data).env("SEAMARK_DATABASE", data.join("seamark.db"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server that has opened its database: it has said where set-up is.
fn serves(data: &Path) -> Server {
    let mut server = Server(seamark(data, &["serve", "--listen", "127.0.0.1:0"]).spawn().unwrap());
    let lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("/setup?code=")), "it never started");
    server
}

fn runs(data: &Path, words: &[&str]) -> Output {
    seamark(data, words).output().unwrap()
}

#[test]
fn a_second_server_on_the_same_file_refuses_to_start_while_commands_run_beside_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let first = serves(data);

    let second = runs(data, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("Another Seamark server is using") && said.contains("Stop it first."), "{said}");

    let backup = data.join("copy.db");
    for words in [&["rounds", "run", "tidy"][..], &["backup", backup.to_str().unwrap()], &["courses", "check"]] {
        let beside = runs(data, words);
        assert!(beside.status.success(), "{words:?}: {}", String::from_utf8_lossy(&beside.stderr));
    }
    assert!(backup.exists());

    drop(first);
    drop(serves(data));
}
