//! A server in a process of its own, so that its CPU is its own.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::browser::Browser;
use super::cpu_of;

pub struct Program {
    child: Child,
    pub address: String,
}

impl Program {
    /// Starts it and waits until it takes connections.
    pub fn start(command: &mut Command, address: &str) -> Program {
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let mut program = Program { child, address: address.to_owned() };
        while TcpStream::connect(address).is_err() {
            assert!(program.child.try_wait().unwrap().is_none(), "the server did not start");
            std::thread::sleep(Duration::from_millis(1));
        }
        program
    }

    /// The same, until it says that it is ready; gives how long that took.
    pub fn start_until_ready(command: &mut Command, address: &str) -> (Program, Duration) {
        let began = Instant::now();
        let program = Program::start(command, address);
        while !Browser::new(address).opens("/readyz").is_ok_and(|page| page.status == 200) {
            std::thread::sleep(Duration::from_millis(1));
        }
        (program, began.elapsed())
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Seconds since it started.
    pub fn cpu(&self) -> f64 {
        cpu_of(self.id())
    }

    /// KiB.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

/// `kill -9`.
impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
