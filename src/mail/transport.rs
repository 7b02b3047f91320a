//! How letters leave: over SMTP, as files into a folder, or into memory (the demo and the tests). lettre builds the message,
//! so that no name or subject can smuggle in a header.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
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
    /// The connection broke when the server may already have taken it.
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
            Transport::Smtp(smtp) => smtp.send(&message).map(|_| ()).map_err(|error| {
                let words = error.to_string();
                match (error.is_permanent(), error.is_transient(), error.is_timeout()) {
                    (true, _, _) => MailFault::Never(words),
                    (_, _, true) => MailFault::Uncertain(words),
                    _ => MailFault::Later(words),
                }
            }),
        }
    }
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
