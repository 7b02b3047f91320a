//! What is so of ways in: how long links and sessions live, and how often a link may be asked for.

use crate::clock::Instant;

/// How somebody came by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// In a letter about something due: 14 days, and staff rights only.
    Letter,
    /// Asked for at the sign-in page: 15 minutes.
    Asked,
    /// Made by whoever has the shell: 15 minutes.
    Shell,
    /// Made by the demo's buttons: 15 minutes.
    Demo,
}

impl LinkKind {
    pub fn as_str(self) -> &'static str {
        match self {
            LinkKind::Letter => "letter",
            LinkKind::Asked => "asked",
            LinkKind::Shell => "shell",
            LinkKind::Demo => "demo",
        }
    }

    pub fn parse(text: &str) -> Option<LinkKind> {
        [LinkKind::Letter, LinkKind::Asked, LinkKind::Shell, LinkKind::Demo]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    pub fn lives_minutes(self) -> i64 {
        match self {
            LinkKind::Letter => 14 * 24 * 60,
            LinkKind::Asked | LinkKind::Shell | LinkKind::Demo => 15,
        }
    }

    pub fn rights(self) -> Rights {
        match self {
            LinkKind::Letter => Rights::Staff,
            LinkKind::Asked | LinkKind::Shell | LinkKind::Demo => Rights::All,
        }
    }
}

/// What a session may use: staff rights only, or every role that the person holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    Staff,
    All,
}

impl Rights {
    pub fn as_str(self) -> &'static str {
        match self {
            Rights::Staff => "staff",
            Rights::All => "all",
        }
    }

    /// Anything unknown is the lesser.
    pub fn parse(text: &str) -> Rights {
        if text == "all" { Rights::All } else { Rights::Staff }
    }
}

/// How long a session lives, in minutes: without a request, and altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    pub idle_minutes: i64,
    pub absolute_minutes: i64,
}

/// Staff: idle 2 hours, 12 hours in all. With a role in use: 30 minutes and 8 hours. On a shared computer: 10 minutes and 1 hour.
pub fn lifetime(with_roles: bool, shared_computer: bool) -> Lifetime {
    match (shared_computer, with_roles) {
        (true, _) => Lifetime { idle_minutes: 10, absolute_minutes: 60 },
        (false, true) => Lifetime { idle_minutes: 30, absolute_minutes: 8 * 60 },
        (false, false) => Lifetime { idle_minutes: 2 * 60, absolute_minutes: 12 * 60 },
    }
}

/// The one place that decides whether a session still holds.
pub fn is_alive(now: Instant, seen: Instant, idle_minutes: i64, ends: Instant, ended: bool) -> bool {
    !ended && now < ends && now < seen.plus_minutes(idle_minutes)
}

/// The instant of the last request is written at most once a minute.
pub fn should_note(now: Instant, seen: Instant) -> bool {
    now >= seen.plus_minutes(1)
}

/// A link may be asked for so often in an hour for one address …
pub const ASKINGS_AN_HOUR: i64 = 3;
/// … and so often in an hour in the whole trust.
pub const TRUST_ASKINGS_AN_HOUR: i64 = 2_000;
