//! How letters leave: over SMTP, as files into a folder, or into memory (the demo and the tests). lettre builds the message,
//! so that no name or subject can smuggle in a header.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::response::{Category, Code, Severity};
use lettre::{Address, SmtpTransport, Transport as _};

use crate::problem::{Problem, Result};

/// A letter written out, ready to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    pub recipient: String,
    pub recipient_name: String,
    pub subject: String,
    pub text: String,
    /// 32 hexadecimal digits, the same for every try.
    pub message_id: String,
}

#[derive(Clone)]
pub enum Transport {
    Smtp(Box<SmtpTransport>),
    Folder(PathBuf),
    Memory(Delivery),
    /// No mail is set up: letters wait.
    None,
}

/// Letters caught in memory.
#[derive(Clone, Default)]
pub struct Delivery(Arc<Mutex<Vec<Ready>>>);

impl Delivery {
    pub fn letters(&self) -> Vec<Ready> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why a letter did not leave.
#[derive(Debug)]
pub enum MailFault {
    /// Try again later.
    Later(String),
    /// It will never be taken: a wrong address, say.
    Never(String),
    /// The connection broke, or no answer came, when the server may already have taken it.
    Uncertain(String),
}

impl Transport {
    /// Reads `smtp://user:password@host:port`, `smtps://…`, `folder:PATH`, or nothing.
    pub fn parse(text: &str) -> Result<Transport> {
        if text.is_empty() {
            return Ok(Transport::None);
        }
        if let Some(folder) = text.strip_prefix("folder:") {
            return Ok(Transport::Folder(PathBuf::from(folder)));
        }
        let built = SmtpTransport::from_url(text)
            .map_err(|_| Problem::invalid("mail_to", "Write smtp://…, smtps://… or folder:PATH."))?;
        Ok(Transport::Smtp(Box::new(built.timeout(Some(Duration::from_secs(30))).build())))
    }

    pub fn is_none(&self) -> bool {
        matches!(self, Transport::None)
    }

    /// Sends one letter to one recipient. Answers go to `reply_to`, or where it is empty to `from`.
    pub fn send(&self, from: &str, reply_to: &str, letter: &Ready) -> std::result::Result<(), MailFault> {
        let message = build(from, reply_to, letter)?;
        match self {
            Transport::None => Err(MailFault::Later("no mail is set up".to_owned())),
            Transport::Memory(delivery) => {
                delivery.0.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
                Ok(())
            }
            Transport::Folder(folder) => {
                let file = folder.join(format!("{}.eml", letter.message_id));
                crate::keys::private_folder(folder)
                    .and_then(|()| crate::keys::write_durably(&file, &message.formatted()))
                    .map_err(|problem| MailFault::Later(problem.to_string()))
            }
            Transport::Smtp(smtp) => send_over(smtp, &message),
        }
    }

    /// Whether the way out is open; the words say what is in the way.
    pub fn reach(&self) -> std::result::Result<(), String> {
        match self {
            Transport::Smtp(smtp) => reach(smtp),
            Transport::Folder(_) | Transport::Memory(_) => Ok(()),
            Transport::None => Err("no mail is set up".to_owned()),
        }
    }
}

fn reach(smtp: &SmtpTransport) -> std::result::Result<(), String> {
    match smtp.test_connection() {
        Ok(true) => Ok(()),
        Ok(false) => Err("the mail server hung up".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// First the connection: what fails before there is one (no server, no TLS, a wrong password) says nothing of this letter.
/// Once it stands, only an answer of the server's tells whether it took the letter: a timeout or a broken connection does not.
fn send_over(smtp: &SmtpTransport, message: &Message) -> std::result::Result<(), MailFault> {
    reach(smtp).map_err(MailFault::Later)?;
    smtp.send(message).map(|_| ()).map_err(|error| {
        let words = error.to_string();
        match error.status() {
            Some(code) if is_about_the_recipient(code, &words) => MailFault::Never(words),
            Some(_) => MailFault::Later(words),
            None if error.is_client() => MailFault::Never(words),
            None => MailFault::Uncertain(words),
        }
    })
}

/// 55x is about a mailbox (RFC 5321, 4.2.3), but for 5.7.x, which is about what we may do (RFC 3463): that can be put right
/// without touching the letter.
fn is_about_the_recipient(code: Code, words: &str) -> bool {
    code.severity == Severity::PermanentNegativeCompletion
        && code.category == Category::MailSystem
        && !words.contains(" 5.7.")
}

fn build(from: &str, reply_to: &str, letter: &Ready) -> std::result::Result<Message, MailFault> {
    let never = |what: &str| MailFault::Never(format!("{what} cannot be written into a letter"));
    let from: Mailbox = from.parse().map_err(|_| never("the sender's address"))?;
    let address: Address = letter.recipient.parse().map_err(|_| never("the recipient's address"))?;
    let name: String = letter.recipient_name.chars().filter(|letter| !letter.is_control()).collect();
    let host = from.email.domain().to_owned();
    let mut message = Message::builder();
    if let Ok(reply_to) = reply_to.parse::<Mailbox>() {
        message = message.reply_to(reply_to);
    }
    message
        .from(from)
        .to(Mailbox::new(Some(name), address))
        .subject(letter.subject.chars().filter(|letter| !letter.is_control()).collect::<String>())
        .message_id(Some(format!("<{}@{host}>", letter.message_id)))
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .map_err(|_| never("the text"))
}
