//! What is so of people: role groups, access roles, URNs and work emails, posts, and whom an audience includes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::Day;

/// Gives an enum its words: `ALL`, `as_str`, `Display`, `FromStr` (which forgives case, hyphens and plurals) and serde.
macro_rules! words {
    ($kind:ident, $what:literal, { $($case:ident => $word:literal),+ $(,)? }) => {
        impl $kind {
            pub const ALL: &'static [$kind] = &[$($kind::$case),+];

            /// The word for it in rows, files and sentences.
            pub fn as_str(self) -> &'static str {
                match self { $($kind::$case => $word),+ }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $kind {
            type Err = String;

            fn from_str(text: &str) -> Result<$kind, String> {
                let plain = plain_words(text);
                let singular = plain.strip_suffix('s').unwrap_or(&plain);
                $kind::ALL
                    .iter()
                    .copied()
                    .find(|case| [plain.as_str(), singular].contains(&plain_words(case.as_str()).as_str()))
                    .ok_or_else(|| format!(concat!("‘{}’ is not ", $what), text.trim()))
            }
        }

        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$kind, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Lower case, with every run of anything but letters and digits as one space.
fn plain_words(text: &str) -> String {
    let spaced: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RoleGroup {
    Teacher,
    TeachingAssistant,
    Leadership,
    Office,
    Site,
    Catering,
    Midday,
    Central,
    Governor,
    Trustee,
    Volunteer,
    Supply,
    Trainee,
}

words!(RoleGroup, "a role group", {
    Teacher => "teacher",
    TeachingAssistant => "teaching assistant",
    Leadership => "leadership",
    Office => "office",
    Site => "site",
    Catering => "catering",
    Midday => "midday",
    Central => "central",
    Governor => "governor",
    Trustee => "trustee",
    Volunteer => "volunteer",
    Supply => "supply",
    Trainee => "trainee",
});

impl RoleGroup {
    /// Everybody listed but governors, trustees and volunteers, who give their time and are not employed.
    pub fn is_staff(self) -> bool {
        !matches!(self, RoleGroup::Governor | RoleGroup::Trustee | RoleGroup::Volunteer)
    }

    /// Whether it means anything that the school does not employ them: they are here to train.
    pub fn may_be_on_placement(self) -> bool {
        self == RoleGroup::Trainee
    }

    /// Its people, in the middle of a sentence.
    pub fn people(self) -> &'static str {
        match self {
            RoleGroup::Teacher => "teachers",
            RoleGroup::TeachingAssistant => "teaching assistants",
            RoleGroup::Leadership => "leaders",
            RoleGroup::Office => "office staff",
            RoleGroup::Site => "site staff",
            RoleGroup::Catering => "catering staff",
            RoleGroup::Midday => "midday staff",
            RoleGroup::Central => "central staff",
            RoleGroup::Governor => "governors",
            RoleGroup::Trustee => "trustees",
            RoleGroup::Volunteer => "volunteers",
            RoleGroup::Supply => "supply staff",
            RoleGroup::Trainee => "trainees",
        }
    }

    /// What holds where the staff list does not say whether a post is term-time only.
    pub fn is_term_time_only_by_default(self) -> bool {
        matches!(
            self,
            RoleGroup::Teacher
                | RoleGroup::TeachingAssistant
                | RoleGroup::Midday
                | RoleGroup::Catering
                | RoleGroup::Trainee
                | RoleGroup::Supply
                | RoleGroup::Volunteer
        )
    }

    /// The role group that a job title speaks of; none if it speaks of no job we know.
    /// The central team's people are *central*, unless they lead, govern or volunteer.
    pub fn of_job_title(job_title: &str, school: &Urn) -> Option<RoleGroup> {
        let title = format!(" {} ", plain_words(job_title));
        let found = JOB_TITLES
            .iter()
            .find(|(words, _)| words.iter().any(|word| title.contains(&format!(" {word} "))))
            .map(|(_, group)| *group);
        match found {
            Some(RoleGroup::Leadership | RoleGroup::Governor | RoleGroup::Trustee | RoleGroup::Volunteer) => found,
            _ if school.is_central_team() => Some(RoleGroup::Central),
            _ => found,
        }
    }
}

/// Whole words in a job title and the role group that they mean. The first that is found holds, so what narrows a
/// job (trainee, supply, governor) stands before the job.
const JOB_TITLES: &[(&[&str], RoleGroup)] = &[
    (&["governor", "governors"], RoleGroup::Governor),
    (&["trustee", "trustees", "member of the trust"], RoleGroup::Trustee),
    (&["volunteer", "parent helper"], RoleGroup::Volunteer),
    (
        &["trainee", "student teacher", "apprentice teacher", "teaching apprentice", "school direct", "scitt", "pgce"],
        RoleGroup::Trainee,
    ),
    (&["supply", "agency", "peripatetic", "visiting teacher", "casual teacher"], RoleGroup::Supply),
    (
        &[
            "midday",
            "mid day",
            "lunchtime",
            "lunch time",
            "dinner lady",
            "dinner supervisor",
            "mdsa",
            "mdsas",
            "mds",
            "playground supervisor",
        ],
        RoleGroup::Midday,
    ),
    (
        &["cook", "chef", "catering", "kitchen", "canteen", "caterer", "dining room", "dining hall", "food service"],
        RoleGroup::Catering,
    ),
    (
        &[
            "caretaker",
            "site",
            "premises",
            "cleaner",
            "cleaning",
            "groundsman",
            "grounds",
            "groundskeeper",
            "facilities",
            "estates",
            "maintenance",
            "janitor",
            "handyperson",
            "minibus driver",
            "crossing patrol",
        ],
        RoleGroup::Site,
    ),
    (
        &[
            "headteacher",
            "head teacher",
            "headmaster",
            "headmistress",
            "head of school",
            "executive head",
            "deputy head",
            "assistant head",
            "deputy headteacher",
            "assistant headteacher",
            "vice principal",
            "assistant principal",
            "associate principal",
            "slt",
            "senior leader",
            "senior leadership",
            "chief executive",
            "chief operating officer",
            "chief finance officer",
            "ceo",
            "coo",
            "cfo",
            "director of education",
            "school business manager",
            "sbm",
        ],
        RoleGroup::Leadership,
    ),
    (
        &[
            "teaching assistant",
            "teaching assistants",
            "classroom assistant",
            "learning support assistant",
            "support assistant",
            "learning support",
            "lsa",
            "hlta",
            "ta",
            "ta1",
            "ta2",
            "ta3",
            "ta4",
            "cover supervisor",
            "nursery nurse",
            "nursery assistant",
            "nursery practitioner",
            "early years practitioner",
            "early years educator",
            "learning mentor",
            "elsa",
            "pastoral support",
            "inclusion assistant",
            "one to one",
            "1 1",
            "play worker",
            "playworker",
            "speech and language assistant",
            "teacher s assistant",
        ],
        RoleGroup::TeachingAssistant,
    ),
    (
        &[
            "office",
            "admin",
            "administrator",
            "administration",
            "administrative",
            "secretary",
            "receptionist",
            "reception",
            "clerk",
            "clerical",
            "bursar",
            "finance",
            "business manager",
            "attendance",
            "data manager",
            "exams officer",
            "examinations officer",
            "registrar",
            "personal assistant",
            "pa",
            "hr",
            "human resources",
            "personnel",
            "ict technician",
            "it technician",
            "network manager",
            "librarian",
            "technician",
            "payroll",
            "communications",
            "marketing",
            "admissions",
            "welfare officer",
            "family liaison",
        ],
        RoleGroup::Office,
    ),
    (&["principal"], RoleGroup::Leadership),
    (
        &[
            "teacher",
            "teachers",
            "tutor",
            "ect",
            "nqt",
            "lecturer",
            "instructor",
            "head of year",
            "head of department",
            "head of faculty",
            "head of maths",
            "head of english",
            "head of science",
            "subject leader",
            "subject lead",
            "senco",
            "sendco",
            "senior teacher",
            "year leader",
            "phase leader",
            "lead practitioner",
            "head of",
            "teaching",
        ],
        RoleGroup::Teacher,
    ),
    (&["trust", "central", "director"], RoleGroup::Central),
];

/// On what terms somebody works here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EmploymentType {
    Permanent,
    FixedTerm,
    Casual,
    Agency,
    ServiceAgreement,
    /// A trainee whom the school does not employ.
    Placement,
    Volunteer,
    Governor,
}

words!(EmploymentType, "an employment type", {
    Permanent => "permanent",
    FixedTerm => "fixed term",
    Casual => "casual",
    Agency => "agency",
    ServiceAgreement => "service agreement",
    Placement => "placement",
    Volunteer => "volunteer",
    Governor => "governor",
});

/// A grant of what somebody may see and do. Roles add up; everybody listed is staff without one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AccessRole {
    Manager,
    HR,
    Governor,
    Administrator,
    Auditor,
}

words!(AccessRole, "an access role", {
    Manager => "manager",
    HR => "HR",
    Governor => "governor",
    Administrator => "administrator",
    Auditor => "auditor",
});

/// What a school is known by: its six digits, or for the central team the trust's code, such as SALTMARSH or TR01234.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Urn(String);

impl Urn {
    pub fn parse(text: &str) -> Result<Urn, String> {
        let code = text.trim().to_uppercase();
        let six_digits = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with('0');
        let trust_code = (2..=20).contains(&code.len())
            && code.starts_with(|c: char| c.is_ascii_uppercase())
            && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        match six_digits || trust_code {
            true => Ok(Urn(code)),
            false if code.is_empty() => {
                Err("Enter the school’s URN: six digits, or your own code for the central team".to_owned())
            }
            false => {
                Err(format!("‘{}’ is not a URN: six digits, or the trust’s own code for the central team", text.trim()))
            }
        }
    }

    /// The central team counts as a school, known by the trust's code instead of six digits.
    pub fn is_central_team(&self) -> bool {
        !self.0.starts_with(|c: char| c.is_ascii_digit())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The number that a local authority and the Department for Education know a school by: `8132001` for 813/2001.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Laestab(String);

impl Laestab {
    /// Reads `8132001`, `813/2001` or `813 2001`.
    pub fn parse(text: &str) -> Result<Laestab, String> {
        let digits: String = text.trim().chars().filter(|letter| !matches!(letter, '/' | '-' | ' ')).collect();
        match digits.len() == 7 && digits.chars().all(|letter| letter.is_ascii_digit()) {
            true => Ok(Laestab(digits)),
            false => {
                Err(format!("‘{}’ is not an establishment number: it has 7 digits, such as 813/2001", text.trim()))
            }
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A work email, in lower case: two ways of writing one address are one address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WorkEmail(String);

impl WorkEmail {
    pub fn parse(text: &str) -> Result<WorkEmail, String> {
        let email = text.trim().to_lowercase();
        match is_address(&email) {
            true => Ok(WorkEmail(email)),
            false if email.is_empty() => Err("Enter an email address".to_owned()),
            false => Err(format!("‘{}’ is not an email address", text.trim())),
        }
    }

    /// The part before the `@`, if it belongs to a desk and not to a person: several people may read what is sent there,
    /// so no link that signs somebody in may go to it.
    pub fn shared_mailbox(&self) -> Option<&str> {
        let name = self.0.split('@').next().unwrap_or_default();
        SHARED_MAILBOXES.contains(&name).then_some(name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const SHARED_MAILBOXES: &[&str] = &[
    "admin",
    "admissions",
    "accounts",
    "attendance",
    "bursar",
    "caretaker",
    "central",
    "clerk",
    "contact",
    "cover",
    "dsl",
    "enquiries",
    "enquiry",
    "exams",
    "finance",
    "governors",
    "head",
    "headteacher",
    "hello",
    "help",
    "helpdesk",
    "hr",
    "info",
    "it",
    "kitchen",
    "mail",
    "noreply",
    "no-reply",
    "office",
    "payroll",
    "post",
    "postmaster",
    "principal",
    "reception",
    "recruitment",
    "safeguarding",
    "school",
    "schooloffice",
    "school-office",
    "secretary",
    "senco",
    "site",
    "slt",
    "staff",
    "support",
    "teachers",
    "trust",
];

fn is_address(email: &str) -> bool {
    let Some((name, host)) = email.split_once('@') else { return false };
    let name_is_sound = !name.is_empty()
        && name.len() <= 64
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && name.chars().all(|c| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c));
    let labels: Vec<&str> = host.split('.').collect();
    let host_is_sound = labels.len() >= 2
        && host.len() <= 253
        && labels.iter().all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    name_is_sound && host_is_sound
}

/// Texts that were parsed on the way in: written as they are, read back only if still sound.
macro_rules! parsed_text {
    ($($kind:ident),+) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $kind {
            type Err = String;

            fn from_str(text: &str) -> Result<$kind, String> {
                $kind::parse(text)
            }
        }

        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$kind, D::Error> {
                $kind::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

parsed_text!(Urn, WorkEmail);

/// What a post says beyond its role group: these decide who takes the courses for particular roles.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct PostFlags {
    pub leadership: bool,
    pub account_administrator: bool,
    pub takes_images: bool,
}

impl PostFlags {
    /// What somebody does beside their job: "senior leader".
    pub fn in_words(self) -> Vec<&'static str> {
        let said = [
            (self.leadership, "senior leader"),
            (self.account_administrator, "runs a school’s social media account"),
            (self.takes_images, "takes or publishes pictures of pupils"),
        ];
        said.into_iter().filter(|(holds, _)| *holds).map(|(_, words)| words).collect()
    }
}

/// A person's job at a school, as the rules need it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Post {
    pub id: i64,
    pub school: Urn,
    pub role_group: RoleGroup,
    pub from: Day,
    /// The last day in post, if it ends.
    pub until: Option<Day>,
    /// As the staff list says, where it says.
    pub term_time_only: Option<bool>,
    pub flags: PostFlags,
    /// Here to train and not employed, as the staff list says.
    pub on_placement: bool,
}

impl Post {
    /// Here for a short time or now and then: the short induction takes the place of the five modules.
    pub fn is_short_stay(&self) -> bool {
        match self.role_group {
            RoleGroup::Supply | RoleGroup::Volunteer => true,
            group if group.may_be_on_placement() => self.on_placement,
            _ => false,
        }
    }

    /// What somebody does beside their job, and whether they are here to train: "senior leader".
    pub fn extra_jobs(&self) -> Vec<&'static str> {
        let on_placement = self.role_group.may_be_on_placement() && self.on_placement;
        let placement = on_placement.then_some("on placement, not employed by the school");
        self.flags.in_words().into_iter().chain(placement).collect()
    }

    pub fn is_current_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    pub fn is_term_time_only(&self) -> bool {
        self.term_time_only.unwrap_or(self.role_group.is_term_time_only_by_default())
    }
}

/// Nobody is at work longer than this, and nobody is listed longer beforehand, in years.
const LONGEST_AT_WORK: i32 = 60;
const LONGEST_BEFOREHAND: i32 = 1;
/// The furthest that a last day is known beforehand, in years.
const FURTHEST_LAST_DAY: i32 = 10;

/// Why somebody's first day in a job cannot be meant; none if it can.
pub fn first_day_complaint(day: Day, today: Day) -> Option<String> {
    let (earliest, latest) = (today.plus_years(-LONGEST_AT_WORK), today.plus_years(LONGEST_BEFOREHAND));
    if day < earliest {
        return Some(format!("Check the year of the first day: it is more than {LONGEST_AT_WORK} years ago"));
    }
    (day > latest).then(|| "Check the year of the first day: it is more than a year ahead".to_owned())
}

/// The same of a last day.
pub fn last_day_complaint(day: Day, today: Day) -> Option<String> {
    let is_far = day > today.plus_years(FURTHEST_LAST_DAY);
    is_far.then(|| format!("Check the year of the last day: it is more than {FURTHEST_LAST_DAY} years ahead"))
}

/// The current post with the earliest start, then the lowest URN. Its school and flag set every clock.
pub fn main_post(posts: &[Post], on: Day) -> Option<&Post> {
    posts
        .iter()
        .filter(|post| post.is_current_on(on))
        .min_by(|one, other| (one.from, &one.school, one.id).cmp(&(other.from, &other.school, other.id)))
}

/// Whom a requirement is for: everybody with a current post that any of its parts names.
/// Written in files as `{ staff = true }` or `{ leadership = true, role_groups = ["governor"] }`; of these, with
/// `schools = ["123456"]`, only those with such a post at one of these schools.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audience {
    /// Everybody employed; those who are here for a short time are named by `short_stay`.
    #[serde(skip_serializing_if = "is_false")]
    pub staff: bool,
    /// Supply staff, and trainees on placement. Volunteers are named by their role group, for the trust says whether.
    #[serde(skip_serializing_if = "is_false")]
    pub short_stay: bool,
    /// Those who lead: by role group, or by the staff list's flag.
    #[serde(skip_serializing_if = "is_false")]
    pub leadership: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub account_administrators: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub takes_images: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub role_groups: Vec<RoleGroup>,
    /// None: at any school.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schools: Vec<Urn>,
}

impl Audience {
    pub fn all_staff() -> Audience {
        Audience { staff: true, ..Audience::default() }
    }

    pub fn includes(&self, post: &Post) -> bool {
        (self.schools.is_empty() || self.schools.contains(&post.school)) && self.names(post)
    }

    fn names(&self, post: &Post) -> bool {
        let is_staff = post.role_group.is_staff();
        self.staff && is_staff && !post.is_short_stay()
            || self.short_stay && is_staff && post.is_short_stay()
            || self.leadership && (post.flags.leadership || post.role_group == RoleGroup::Leadership)
            || self.account_administrators && post.flags.account_administrator
            || self.takes_images && post.flags.takes_images
            || self.role_groups.contains(&post.role_group)
    }

    /// An audience that names nobody: a slip in a file, never a wish.
    pub fn is_empty(&self) -> bool {
        Audience { schools: Vec::new(), ..self.clone() } == Audience::default()
    }

    /// Whether all staff of the trust are named, and not only those of some schools.
    pub fn is_all_staff(&self) -> bool {
        self.staff && self.schools.is_empty()
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}
