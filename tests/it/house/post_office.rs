//! A mail server of the test's own, on this machine: it takes letters over SMTP, or does not, as it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How it treats the next letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Takes,
    /// Answers the recipient's address with this.
    Answers(&'static str),
    /// Reads the whole letter and hangs up without a word.
    HangsUpAfterTheLetter,
    /// Hangs up before it has said anything.
    HangsUpAtOnce,
}

/// A letter as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub from: String,
    pub to: String,
    pub raw: String,
}

#[derive(Clone)]
pub struct PostOffice {
    pub address: String,
    manner: Arc<Mutex<Manner>>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl PostOffice {
    pub fn open() -> PostOffice {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let office = PostOffice { address, manner: Arc::new(Mutex::new(Manner::Takes)), arrived: Arc::default() };
        let clerk = office.clone();
        std::thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                let clerk = clerk.clone();
                std::thread::spawn(move || clerk.serve(caller));
            }
        });
        office
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn is(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    fn manner(&self) -> Manner {
        *self.manner.lock().unwrap()
    }

    /// Ends quietly when the caller hangs up.
    fn serve(&self, caller: TcpStream) {
        if self.manner() != Manner::HangsUpAtOnce {
            let _ = self.converse(caller);
        }
    }

    fn converse(&self, caller: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(caller.try_clone()?);
        let say = |words: &str| (&caller).write_all(format!("{words}\r\n").as_bytes());
        let (mut from, mut to) = (String::new(), String::new());
        say("220 post office")?;
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_owned();
            match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => say("250-post office\r\n250 8BITMIME")?,
                "MAIL" => {
                    from = line;
                    say("250 go on")?;
                }
                "RCPT" => match self.manner() {
                    Manner::Answers(words) => say(words)?,
                    _ => {
                        to = line;
                        say("250 go on")?;
                    }
                },
                "DATA" => {
                    say("354 the letter, please")?;
                    let raw = read_letter(&mut lines)?;
                    if self.manner() == Manner::HangsUpAfterTheLetter {
                        return Ok(());
                    }
                    self.arrived.lock().unwrap().push(Arrived { from: from.clone(), to: to.clone(), raw });
                    say("250 taken")?;
                }
                "QUIT" => return say("221 bye"),
                _ => say("250 well")?,
            }
        }
    }
}

fn read_letter(lines: &mut impl BufRead) -> std::io::Result<String> {
    let mut raw = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 || line == ".\r\n" {
            return Ok(raw);
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<String> {
        let start = format!("{}: ", name.to_lowercase());
        let head = self.raw.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let line = head.split("\r\n").find(|line| line.to_lowercase().starts_with(&start))?;
        Some(line[start.len()..].to_owned())
    }

    /// What its reader sees.
    pub fn text(&self) -> String {
        use base64::Engine;
        let body = self.raw.split_once("\r\n\r\n").unwrap_or_default().1;
        let bytes = match self.header("Content-Transfer-Encoding").unwrap_or_default().as_str() {
            "base64" => base64::engine::general_purpose::STANDARD.decode(body.replace("\r\n", "")).unwrap(),
            "quoted-printable" => unquoted(body),
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }
}

fn unquoted(body: &str) -> Vec<u8> {
    let body = body.replace("=\r\n", "");
    let mut parts = body.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    bytes
}
