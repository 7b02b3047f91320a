//! What a change would do, in words: how many due days, whose, and which would be overdue at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::assignments::{Foreseen, Requirement};
use crate::clock::Day;
use crate::courses::Library;
use crate::db::Conn;
use crate::people::rules::{Post, main_post};
use crate::people::{self, PostRecord, Scope};
use crate::problem::Result;
use crate::text::{count, list, searchable};

/// The page that says what a change would do.
pub const PREVIEW: &str = "assignments/preview";
pub const PREVIEW_TITLE: &str = "What this changes";

/// So many are named on the page; the others are counted.
const NAMED: usize = 100;

/// So many things are called by their names in one line.
const BY_NAME: usize = 4;

/// So far from today a day is plain without its year.
const PLAIN_DAYS: i64 = 183;

/// The preview's part that is the same for every kind of change.
pub struct Preview {
    pub heading: String,
    pub sentence: String,
    pub warning: Option<String>,
    pub caption: String,
    pub touched: Vec<Value>,
    pub button: String,
    /// Another button that makes the change: what it sends, and its words.
    pub second: Option<(&'static str, &'static str)>,
}

impl Preview {
    /// Names only people with a current post that the viewer may see.
    pub fn of(
        conn: &mut Conn,
        foreseen: &Foreseen,
        requirements: &[Requirement],
        library: &Library,
        scope: &Scope,
        today: Day,
    ) -> Result<Preview> {
        let ids: Vec<i64> = foreseen.people.iter().copied().collect();
        let in_view = InView::of(conn, &ids, scope, today)?;
        let touched = touched(foreseen, &in_view, requirements, library, today);
        let moved = foreseen.moves.len();
        let heading = heading(foreseen);
        let button = match moved {
            0 => "Make this change".to_owned(),
            _ => format!("Change {}", count(moved, "due date", "due dates")),
        };
        let caption = match touched.len() {
            0 => String::new(),
            all if all <= NAMED => count(in_view.seen.len(), "person", "people"),
            all => format!("The first {NAMED} lines of {all}"),
        };
        let touched = touched.into_iter().take(NAMED).collect();
        let sentence = sentence(foreseen);
        Ok(Preview { heading, sentence, warning: warning(foreseen, today), caption, touched, button, second: None })
    }

    /// As its page takes it.
    pub fn view(self, what: What) -> Value {
        let values = what.values.iter().map(|(name, value)| json!({ "name": name, "value": value }));
        json!({
            "back_href": what.back_href,
            "back_text": what.back_text,
            "kicker": what.kicker,
            "heading": self.heading,
            "sentence": self.sentence,
            "warning": self.warning,
            "caption": self.caption,
            "touched": self.touched,
            "action": what.action,
            "values": values.collect::<Vec<_>>(),
            "button": self.button,
            "second": self.second.map(|(name, text)| json!({ "name": name, "text": text })),
        })
    }
}

/// Which change a preview is about: where it came from, what it is called, and what its button sends, and where to.
pub struct What<'a> {
    pub back_href: String,
    pub back_text: String,
    pub kicker: String,
    pub action: String,
    pub values: Vec<(&'a str, String)>,
}

fn heading(foreseen: &Foreseen) -> String {
    let (made, moved, taken) = (foreseen.made.len(), foreseen.moves.len(), foreseen.withdrawn.len());
    let dates = |many| count(many, "due date", "due dates");
    let parts = [
        (made > 0, format!("asks for {}", count(made, "thing more", "things more"))),
        (moved > 0, format!("changes {}", dates(moved))),
        (taken > 0, format!("takes {} away", dates(taken))),
        (made + moved + taken == 0, "changes no due date".to_owned()),
    ];
    let said: Vec<String> = parts.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect();
    format!("This {} and mails nobody", said.join(", "))
}

fn sentence(foreseen: &Foreseen) -> String {
    if foreseen.people.is_empty() {
        return "Nothing changes for anybody today. It counts from now on.".to_owned();
    }
    let mut said = vec![format!("It touches {}.", count(foreseen.people.len(), "person", "people"))];
    if !foreseen.made.is_empty() {
        said.push(format!("{} would be new.", count(foreseen.made.len(), "thing to do", "things to do")));
    }
    if !foreseen.withdrawn.is_empty() {
        said.push(format!("{} would no longer be asked.", count(foreseen.withdrawn.len(), "thing", "things")));
    }
    said.push("What is done stays done.".to_owned());
    if !foreseen.made.is_empty() || !foreseen.moves.is_empty() {
        said.push("The next letter that somebody gets has their new day.".to_owned());
    }
    said.join(" ")
}

/// How many things somebody would be late with from one moment to the next.
pub fn overdue_at_once(foreseen: &Foreseen, today: Day) -> usize {
    let moved = foreseen.moves.iter().filter(|change| change.from >= today && change.to < today);
    moved.count() + foreseen.made.iter().filter(|new| new.due < today).count()
}

fn warning(foreseen: &Foreseen, today: Day) -> Option<String> {
    match overdue_at_once(foreseen, today) {
        0 => None,
        1 => Some("One of these would be overdue at once.".to_owned()),
        overdue => Some(format!("{overdue} of these would be overdue at once.")),
    }
}

/// Who of these people may be shown: their name, and their main school among those in view.
pub struct InView {
    seen: BTreeMap<i64, (String, String)>,
    /// Those of whose posts, past ones too, none is out of sight.
    whole: BTreeSet<i64>,
}

impl InView {
    pub fn of(conn: &mut Conn, ids: &[i64], scope: &Scope, today: Day) -> Result<InView> {
        let schools: BTreeMap<i64, String> =
            people::schools(conn)?.into_iter().map(|school| (school.id, school.name)).collect();
        let posts = people::posts_of(conn, ids)?;
        let (mut seen, mut whole) = (BTreeMap::new(), BTreeSet::new());
        for person in people::people(conn, ids)? {
            let mut theirs: Vec<&PostRecord> =
                posts.iter().filter(|post| post.person == person.id && post.superseded.is_none()).collect();
            if theirs.iter().all(|post| scope.includes(post.school)) {
                whole.insert(person.id);
            }
            theirs.retain(|post| may_see(post, scope, today));
            if let Some(school) = main_school(&theirs, today).and_then(|school| schools.get(&school)) {
                seen.insert(person.id, (person.listed_name(), school.clone()));
            }
        }
        Ok(InView { seen, whole })
    }

    /// Name and school.
    pub fn get(&self, person: i64) -> Option<&(String, String)> {
        self.seen.get(&person)
    }

    pub fn is_whole(&self, person: i64) -> bool {
        self.whole.contains(&person)
    }
}

pub fn title(library: &Library, requirement: &Requirement) -> String {
    library.title_or_slug(requirement.kind, &requirement.slug)
}

/// Days as a page says them beside each other: with their years, unless it is plain which are meant.
pub fn said<const N: usize>(days: [Day; N], today: Day) -> [String; N] {
    let is_plain = |day: &Day| day.year() == today.year() && day.days_since(today).abs() <= PLAIN_DAYS;
    let all_plain = days.iter().all(is_plain);
    days.map(|day| if all_plain { day.short() } else { day.long() })
}

/// One row for each person and pair of days, in the order of names; none is a day on which it is not asked.
fn touched(
    foreseen: &Foreseen,
    in_view: &InView,
    requirements: &[Requirement],
    library: &Library,
    today: Day,
) -> Vec<Value> {
    let made = foreseen.made.iter().map(|one| (one.person, one.requirement, None, Some(one.due)));
    let moves = foreseen.moves.iter().map(|one| (one.person, one.requirement, Some(one.from), Some(one.to)));
    let withdrawn = foreseen.withdrawn.iter().map(|one| (one.person, one.requirement, one.due, None));
    let mut changed: BTreeMap<(String, i64, Option<Day>, Option<Day>), Vec<i64>> = BTreeMap::new();
    for (person, requirement, was, now) in made.chain(moves).chain(withdrawn) {
        if let Some((name, _)) = in_view.get(person) {
            changed.entry((searchable(name), person, was, now)).or_default().push(requirement);
        }
    }
    let rows = changed.into_iter().filter_map(|((_, person, was, now), asked)| {
        let (name, school) = in_view.get(person)?;
        let asked = requirements.iter().filter(|requirement| asked.contains(&requirement.id()));
        let titles: Vec<String> = asked.map(|requirement| title(library, requirement)).collect();
        let what = match titles.as_slice() {
            [] => return None,
            few if few.len() <= BY_NAME => list(few),
            [first, more @ ..] => format!("{first} and {} more", more.len()),
        };
        let [was, now] = match (was, now) {
            (Some(was), Some(now)) => said([was, now], today),
            (Some(was), None) => [said([was], today).concat(), "not asked".to_owned()],
            (None, Some(now)) => ["not asked".to_owned(), said([now], today).concat()],
            (None, None) => ["no day".to_owned(), "not asked".to_owned()],
        };
        Some(json!({
            "name": name,
            "school": school,
            "what": what,
            "was": was,
            "now": now,
        }))
    });
    rows.collect()
}

fn may_see(record: &PostRecord, scope: &Scope, today: Day) -> bool {
    record.post.is_current_on(today) && scope.includes(record.school)
}

fn main_school(records: &[&PostRecord], today: Day) -> Option<i64> {
    let posts: Vec<Post> = records.iter().map(|record| record.post.clone()).collect();
    let main = main_post(&posts, today)?;
    records.iter().find(|record| record.post.id == main.id).map(|record| record.school)
}
