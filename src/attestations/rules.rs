//! What is so of signing: what may be asked or declared, what looks like a worry that belongs on the card, what stands
//! in the way of a statement, and how an answer is worded.

use serde::{Deserialize, Serialize};

use crate::assignments::rules::{Cycle, QueryKind};
use crate::clock::{Day, Instant};
use crate::courses::reading::{FilledBy, Policy, PolicyChange, Statement, StatementSet};
use crate::ids;
use crate::people::rules::{Post, RoleGroup};
use crate::text;

/// The most characters that a question or HR's answer may have.
pub const LONGEST_QUESTION: usize = 500;
pub const LONGEST_ANSWER: usize = 2_000;

// ── what somebody may say who cannot confirm a statement yet

/// A question about a statement: 1 to 500 characters, and no worry about anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question(String);

/// What became of the words that somebody typed as a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    Question(Question),
    /// It looks like a worry about a child or a colleague: that belongs on the card, not here.
    Worry,
    Complaint(String),
}

impl Question {
    /// Reads what was typed. `stopped_by_mistake`: its writer has seen the card and says that it is no worry.
    pub fn read(typed: &str, stopped_by_mistake: bool) -> Typed {
        let words = typed.trim().replace("\r\n", "\n");
        if words.is_empty() {
            return Typed::Complaint("Write your question".to_owned());
        }
        match text::too_long("Your question", &words, LONGEST_QUESTION) {
            Some(complaint) => Typed::Complaint(complaint),
            None if !stopped_by_mistake && looks_like_a_worry(&words) => Typed::Worry,
            None => Typed::Question(Question(words)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The kind of a connection: all that is ever kept of it. Never which group: that can tell of faith, politics or health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    Relative,
    FriendsChild,
    Colleague,
    Group,
    Other,
}

impl Connection {
    pub const ALL: [Connection; 5] =
        [Connection::Relative, Connection::FriendsChild, Connection::Colleague, Connection::Group, Connection::Other];

    /// The word for it in rows and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Connection::Relative => "relative",
            Connection::FriendsChild => "family-friend",
            Connection::Colleague => "colleague",
            Connection::Group => "group",
            Connection::Other => "other",
        }
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Connection::Relative => "A relative",
            Connection::FriendsChild => "A child of friends",
            Connection::Colleague => "A former pupil who is now a colleague",
            Connection::Group => "Through a group outside school",
            Connection::Other => "Another kind",
        }
    }

    pub fn named(word: &str) -> Option<Connection> {
        Connection::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Why somebody cannot confirm a statement yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotYet {
    Question(Question),
    /// With nobody who is a pupil now, family apart: that goes to the head today and never waits here.
    Connection(Connection),
    Disagreement,
}

impl NotYet {
    pub fn kind(&self) -> QueryKind {
        match self {
            NotYet::Question(_) => QueryKind::Question,
            NotYet::Connection(_) => QueryKind::Connection,
            NotYet::Disagreement => QueryKind::Disagreement,
        }
    }

    /// All that is kept of it beside its kind.
    pub fn words(&self) -> &str {
        match self {
            NotYet::Question(question) => question.as_str(),
            NotYet::Connection(connection) => connection.as_str(),
            NotYet::Disagreement => "",
        }
    }
}

/// The word for a kind of query in rows, entries and addresses.
pub fn kind_word(kind: QueryKind) -> &'static str {
    match kind {
        QueryKind::Question => "question",
        QueryKind::Connection => "connection",
        QueryKind::Disagreement => "disagreement",
    }
}

pub fn kind_named(word: &str) -> Option<QueryKind> {
    [QueryKind::Question, QueryKind::Connection, QueryKind::Disagreement]
        .into_iter()
        .find(|kind| kind_word(*kind) == word)
}

// ── how a query is closed

/// What a senior leader and the person came to, outside this system. Never *referred*: that would be a record of a worry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    NoAction,
    ArrangementAgreed,
    RemoveConnection,
    DealtWithElsewhere,
}

impl Outcome {
    pub const ALL: [Outcome; 4] =
        [Outcome::NoAction, Outcome::ArrangementAgreed, Outcome::RemoveConnection, Outcome::DealtWithElsewhere];

    /// The word for it in rows, entries and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::NoAction => "no action",
            Outcome::ArrangementAgreed => "arrangement agreed",
            Outcome::RemoveConnection => "remove connection",
            Outcome::DealtWithElsewhere => "dealt with outside this system",
        }
    }

    /// As HR read it.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::NoAction => "No action",
            Outcome::ArrangementAgreed => "An arrangement, to be looked at again",
            Outcome::RemoveConnection => "The connection is to be removed",
            Outcome::DealtWithElsewhere => "Dealt with outside this system",
        }
    }

    pub fn named(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// How HR close a query: each kind has its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// The answer to a question, 1 to 2,000 characters.
    Answer(String),
    /// No names, and no story: what was said stays with those who said it.
    ConnectionRecorded { outcome: Outcome, review_day: Option<Day> },
    /// A disagreement was talked over.
    Discussed,
}

const ANSWERED: &str = "answered";
const DISCUSSED: &str = "discussed";

impl Closing {
    pub fn closes(&self) -> QueryKind {
        match self {
            Closing::Answer(_) => QueryKind::Question,
            Closing::ConnectionRecorded { .. } => QueryKind::Connection,
            Closing::Discussed => QueryKind::Disagreement,
        }
    }

    /// The word for it in rows and entries.
    pub fn outcome(&self) -> &'static str {
        match self {
            Closing::Answer(_) => ANSWERED,
            Closing::ConnectionRecorded { outcome, .. } => outcome.as_str(),
            Closing::Discussed => DISCUSSED,
        }
    }

    pub fn words(&self) -> &str {
        match self {
            Closing::Answer(words) => words,
            _ => "",
        }
    }

    pub fn review_day(&self) -> Option<Day> {
        match self {
            Closing::ConnectionRecorded { review_day, .. } => *review_day,
            _ => None,
        }
    }

    /// From its row. None if no closing reads so.
    pub fn read(outcome: &str, words: &str, review_day: Option<Day>) -> Option<Closing> {
        match outcome {
            ANSWERED => Some(Closing::Answer(words.to_owned())),
            DISCUSSED => Some(Closing::Discussed),
            _ => Outcome::named(outcome).map(|outcome| Closing::ConnectionRecorded { outcome, review_day }),
        }
    }

    /// The complaint about it, and about which of the form's fields.
    pub fn complaint(&self, today: Day) -> Option<(&'static str, String)> {
        if let Closing::Answer(words) = self
            && let Some(complaint) = text::too_long("The answer", words, LONGEST_ANSWER)
        {
            return Some(("answer", complaint));
        }
        let (field, complaint) = match self {
            Closing::Answer(words) if words.trim().is_empty() => Some(("answer", "Write the answer")),
            Closing::ConnectionRecorded { outcome: Outcome::ArrangementAgreed, review_day: None } => {
                Some(("review", "Enter the day on which you will look at the arrangement again"))
            }
            Closing::ConnectionRecorded { review_day: Some(day), .. } if *day <= today => {
                Some(("review", "The day to look at it again must lie in the future"))
            }
            _ => None,
        }?;
        Some((field, complaint.to_owned()))
    }
}

/// A query as it stands: asked, and perhaps closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub id: i64,
    pub assignment: i64,
    /// The statement's id.
    pub statement: String,
    pub kind: QueryKind,
    /// The question, or the connection's kind.
    pub words: String,
    pub opened: Instant,
    pub closed: Option<Closed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub closing: Closing,
    pub at: Instant,
    pub by: Option<i64>,
}

impl Query {
    /// When what was agreed is to be looked at again.
    pub fn review_day(&self) -> Option<Day> {
        self.closed.as_ref().and_then(|closed| closed.closing.review_day())
    }

    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// When somebody recorded the outcome of this connection.
    pub fn connection_recorded(&self) -> Option<Instant> {
        let closed = self.closed.as_ref()?;
        matches!(closed.closing, Closing::ConnectionRecorded { .. }).then_some(closed.at)
    }
}

/// What of somebody's queries HR have still to settle, as its writer reads it: "your question and the connection that you
/// told us of".
pub fn still_with_hr(open: &[Query]) -> String {
    let of = |kind| open.iter().filter(|query| query.kind == kind).count();
    let questions = match of(QueryKind::Question) {
        0 => None,
        1 => Some("a question of yours".to_owned()),
        many => Some(format!("{} questions of yours", text::in_words(many))),
    };
    let connection = (of(QueryKind::Connection) > 0).then(|| "a connection that you told us of".to_owned());
    let disagreement = (of(QueryKind::Disagreement) > 0).then(|| "what you do not agree with".to_owned());
    text::list(&[questions, connection, disagreement].into_iter().flatten().collect::<Vec<_>>())
}

// ── what looks like a worry

/// Words after which a text is no question about a policy any more but, perhaps, a worry about somebody. A word that
/// ends in `*` stands for all that begin with it.
const WORRYING: &[&str] = &[
    "abus*",
    "assault*",
    "at risk",
    "being hurt",
    "bruis*",
    "bully*",
    "bullied",
    "cried",
    "crying",
    "cutting herself",
    "cutting himself",
    "cutting themselves",
    "disclos*",
    "exploit*",
    "extremis*",
    "fgm",
    "frighten*",
    "grooming",
    "groomed",
    "harming",
    "hits",
    "hurting",
    "hurts",
    "hurt him",
    "hurt her",
    "hurt them",
    "hurt me",
    "in danger",
    "inappropriate*",
    "incest*",
    "indecen*",
    "intimate",
    "kill*",
    "molest*",
    "naked",
    "neglect*",
    "nude*",
    "overdos*",
    "paedophil*",
    "pedophil*",
    "porn*",
    "radicalis*",
    "rape*",
    "raping",
    "scared",
    "self harm*",
    "sexting",
    "sexual*",
    "stalk*",
    "suicid*",
    "threat*",
    "touched",
    "touching",
    "trafficking",
    "undress*",
    "unsafe",
    "violen*",
    "worried about a",
    "worried about my",
    "worried about one",
    "worried about the",
    "worried for",
];

const PUPILS: &[&str] = &[
    "pupil*",
    "child",
    "children",
    "student*",
    "boy*",
    "girl*",
    "learner*",
    "kid*",
    "teenager*",
    "year 1*",
    "year 7",
    "year 8",
    "year 9",
    "she",
    "he",
];

/// What pupils and staff do together that a question about a rule has no need to tell of.
const IN_TOUCH: &[&str] = &[
    "messaged",
    "messages me",
    "messages him",
    "messages her",
    "messages them",
    "messaging",
    "texted",
    "texting",
    "texts me",
    "dmed",
    "dming",
    "snapchatting",
    "sent me",
    "sends me",
    "sending me",
    "sent him",
    "sent her",
    "sent a picture",
    "sent pictures",
    "sent photos",
    "meets up",
    "met up",
    "meeting up",
    "in his car",
    "in her car",
    "lift home",
    "flirt*",
    "in love",
    "crush",
    "relationship with",
    "boyfriend",
    "girlfriend",
];

/// Whether a text looks like a worry about a child or a colleague. It stops too much rather than too little: whoever was
/// stopped by mistake can go on.
pub fn looks_like_a_worry(text: &str) -> bool {
    let words = spoken(text);
    let has = |any: &[&str]| any.iter().any(|sought| is_in(&words, sought));
    has(WORRYING) || (has(PUPILS) && has(IN_TOUCH))
}

/// Lower case, each run of letters and digits between single spaces, with a space at either end. Apostrophes fall away.
fn spoken(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !matches!(c, '\'' | '’'))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn is_in(words: &str, sought: &str) -> bool {
    match sought.strip_suffix('*') {
        Some(beginning) => words.contains(&format!(" {beginning}")),
        None => words.contains(&format!(" {sought} ")),
    }
}

// ── statements and answers

/// The set for those who are here for a short time: it takes the place of all others.
const SHORT: &str = "short";

/// The sets of statements that somebody with these posts signs: everybody's, and those of account administrators and
/// leadership for whoever is one. Those who are only here for a short time sign the short set alone, where there is one.
pub fn sets_for<'p>(policy: &'p Policy, posts: &[&Post]) -> Vec<&'p StatementSet> {
    let is_short_stay = !posts.is_empty() && posts.iter().all(|post| post.is_short_stay());
    if let Some(short) = policy.statement_set(SHORT).filter(|_| is_short_stay) {
        return vec![short];
    }
    let leads = |post: &&Post| post.flags.leadership || post.role_group == RoleGroup::Leadership;
    let signs = |set: &&StatementSet| match set.name.as_str() {
        SHORT => false,
        "account-administrators" => posts.iter().any(|post| post.flags.account_administrator),
        "leadership" => posts.iter().any(leads),
        _ => true,
    };
    let mut sets: Vec<&StatementSet> = policy.statement_sets.iter().filter(signs).collect();
    // What everybody signs comes first, whatever the files are called.
    sets.sort_by_key(|set| set.name != "all-staff");
    sets
}

/// What the program knows of a statement that it fills by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Done; the last of it on this day.
    Done(Day),
    /// Asked in this cycle, and exempt from all of it.
    Exempt,
    NotAsked,
}

/// How one statement stands for somebody who is about to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Fact(FilledBy, Known),
    ToTick {
        /// Ticked before, and kept.
        ticked: bool,
        /// The last query about it, now closed.
        settled: Option<Query>,
    },
    /// A query about it is open.
    Waiting(Query),
    /// A connection was declared, looked at and recorded on this day: that stands in the tick's place.
    ConnectionRecorded(Instant),
}

/// How a statement stands, by the queries about it (oldest first) and the ticks kept for the version shown.
pub fn state_of(
    statement: &Statement,
    queries: &[Query],
    ticked: &[String],
    known: impl Fn(FilledBy) -> Known,
) -> State {
    if let Some(by) = statement.filled_by {
        return State::Fact(by, known(by));
    }
    let about_it = || queries.iter().filter(|query| query.statement == statement.id);
    if let Some(open) = about_it().find(|query| query.is_open()) {
        return State::Waiting(open.clone());
    }
    match about_it().filter_map(Query::connection_recorded).max() {
        Some(at) => State::ConnectionRecorded(at),
        None => State::ToTick { ticked: ticked.contains(&statement.id), settled: about_it().next_back().cloned() },
    }
}

/// A statement as it was signed: its set and id, the SHA-256 of its exact text, and the answer. The text is in the policy's
/// version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedStatement {
    pub set: String,
    pub id: String,
    pub text_hash: String,
    pub answer: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    Confirmed,
    ConnectionRecorded,
    /// The program knew it from the person's completions.
    Known,
    NotAsked,
}

impl Answer {
    /// As a receipt says it.
    pub fn words(self) -> &'static str {
        match self {
            Answer::Confirmed => "Confirmed",
            Answer::ConnectionRecorded => "Connection recorded",
            Answer::Known => "Known from your training",
            Answer::NotAsked => "Not asked of you this year",
        }
    }
}

/// The answer that a state gives once its tick is there; none while it waits or is not ticked.
pub fn answer_to(state: &State, ticked_now: bool) -> Option<Answer> {
    match state {
        State::Fact(_, Known::Done(_)) => Some(Answer::Known),
        State::Fact(..) => Some(Answer::NotAsked),
        State::ConnectionRecorded(_) => Some(Answer::ConnectionRecorded),
        State::ToTick { .. } => ticked_now.then_some(Answer::Confirmed),
        State::Waiting(_) => None,
    }
}

pub fn signed_statement(statement: &Statement, answer: Answer) -> SignedStatement {
    let text_hash = ids::hex(&ids::sha256(statement.text.as_bytes()));
    SignedStatement { set: statement.set.clone(), id: statement.id.clone(), text_hash, answer }
}

// ── versions

/// The changes of a policy that its signed version did not have yet, each with its place in the policy's list, newest first.
pub fn changes_since<'p>(policy: &'p Policy, signed: &Policy) -> Vec<(usize, &'p PolicyChange)> {
    let is_known = |change: &PolicyChange| {
        signed.changes.iter().any(|old| {
            (old.date, &old.clauses, &old.was, &old.now) == (change.date, &change.clauses, &change.was, &change.now)
        })
    };
    policy.changes.iter().enumerate().filter(|(_, change)| !is_known(change)).collect()
}

/// The first 16 digits of a version, in fours: "7c1e 90ab 44d0 1f7e".
pub fn fingerprint(version: &str) -> String {
    let digits: Vec<char> = version.chars().take(16).collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// "Version 7c1e 90ab 44d0 1f7e · approved 1 September 2026 by the board of trustees"
pub fn version_line(policy: &Policy) -> String {
    let by = policy.approved_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let approved = policy.approved.map(|day| format!(" · approved {}{by}", day.long())).unwrap_or_default();
    format!("Version {}{approved}", fingerprint(&policy.version))
}

/// The first words of a statement, so that a complaint can name it: "I know that it covers every…".
pub fn beginning(text: &str) -> String {
    const WORDS: usize = 6;
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.get(..WORDS) {
        Some(first) if words.len() > WORDS => format!("{}…", first.join(" ").trim_end_matches([',', '.'])),
        _ => text.trim_end_matches('.').to_owned(),
    }
}

/// A cycle as people read it: "2026 to 2027".
pub fn cycle_words(cycle: Cycle) -> String {
    match cycle {
        Cycle::Year(year) | Cycle::Choice(year) => year.long(),
        Cycle::Rolling { from, .. } => format!("{} to {}", from.long(), cycle.last_day().long()),
        Cycle::Once => "once and for all".to_owned(),
    }
}
