//! What a change would do, in words: how many due days, whose, and which would be overdue at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::assignments::{DueMove, Foreseen, Requirement};
use crate::clock::Day;
use crate::courses::Library;
use crate::db::Conn;
use crate::people::rules::{Post, main_post};
use crate::people::{self, PostRecord, Scope};
use crate::problem::Result;
use crate::text::count;

/// The page that says what a change would do.
pub const PREVIEW: &str = "assignments/preview";
pub const PREVIEW_TITLE: &str = "What this changes";

/// So many are named on the page; the others are counted.
const NAMED: usize = 25;

/// The preview's part that is the same for every kind of change.
pub struct Preview {
    pub heading: String,
    pub sentence: String,
    pub warning: Option<String>,
    pub caption: String,
    pub touched: Vec<Value>,
    pub button: String,
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
        let moved = foreseen.moves.iter().map(|change| change.person);
        let mut ids: Vec<i64> = moved.chain(foreseen.withdrawn.iter().map(|gone| gone.person)).collect();
        ids.sort_unstable();
        ids.dedup();
        let in_view = InView::of(conn, &ids, scope, today)?;
        let touched = touched(foreseen, &in_view, requirements, library);
        let moved = foreseen.moves.len();
        let heading = heading(moved, foreseen.withdrawn.len());
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
        Ok(Preview { heading, sentence, warning: warning(&foreseen.moves, today), caption, touched, button })
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

fn heading(moved: usize, taken: usize) -> String {
    let dates = |many| count(many, "due date", "due dates");
    let said = match (moved, taken) {
        (0, 0) => "changes no due date".to_owned(),
        (_, 0) => format!("changes {}", dates(moved)),
        (0, _) => format!("takes {} away", dates(taken)),
        _ => format!("changes {}, takes {} away", dates(moved), dates(taken)),
    };
    format!("This {said} and mails nobody")
}

fn sentence(foreseen: &Foreseen) -> String {
    if foreseen.people.is_empty() {
        return "Nothing changes for anybody today. It counts from now on.".to_owned();
    }
    let mut said = vec![format!("It touches {}.", count(foreseen.people.len(), "person", "people"))];
    if foreseen.made > 0 {
        said.push(format!("{} would be new.", count(foreseen.made, "thing to do", "things to do")));
    }
    if !foreseen.withdrawn.is_empty() {
        said.push(format!("{} would no longer be asked.", count(foreseen.withdrawn.len(), "thing", "things")));
    }
    said.push("What is done stays done.".to_owned());
    if foreseen.made > 0 || !foreseen.moves.is_empty() {
        said.push("The next letter that somebody gets has their new day.".to_owned());
    }
    said.join(" ")
}

fn warning(moves: &[DueMove], today: Day) -> Option<String> {
    let overdue = moves.iter().filter(|change| change.from >= today && change.to < today).count();
    match overdue {
        0 => None,
        1 => Some("One of these would be overdue at once.".to_owned()),
        _ => Some(format!("{overdue} of these would be overdue at once.")),
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

/// One row for each person and pair of days, in the order of names; none is a day on which it is not asked.
fn touched(foreseen: &Foreseen, in_view: &InView, requirements: &[Requirement], library: &Library) -> Vec<Value> {
    let moves = foreseen.moves.iter().map(|one| (one.person, one.requirement, Some(one.from), Some(one.to)));
    let withdrawn = foreseen.withdrawn.iter().map(|one| (one.person, one.requirement, one.due, None));
    let mut changed: BTreeMap<(&str, i64, Option<Day>, Option<Day>), Vec<i64>> = BTreeMap::new();
    for (person, requirement, was, now) in moves.chain(withdrawn) {
        if let Some((name, _)) = in_view.get(person) {
            changed.entry((name, person, was, now)).or_default().push(requirement);
        }
    }
    let rows = changed.into_iter().filter_map(|((name, person, was, now), asked)| {
        let (_, school) = in_view.get(person)?;
        let first = requirements.iter().find(|requirement| asked.contains(&requirement.id()))?;
        let what = match asked.len() {
            1 => title(library, first),
            all => format!("{} and {} more", title(library, first), all - 1),
        };
        let day = |day: Option<Day>, none: &str| day.map_or_else(|| none.to_owned(), Day::short);
        Some(json!({
            "name": name,
            "school": school,
            "what": what,
            "was": day(was, "no day"),
            "now": day(now, "not asked"),
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
