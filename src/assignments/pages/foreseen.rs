//! What a change would do, in words: how many due days, whose, and which would be overdue at once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::assignments::{DueMove, Foreseen, Requirement};
use crate::clock::Day;
use crate::courses::Library;
use crate::db::Conn;
use crate::people::rules::{Post, main_post};
use crate::people::{self, PostRecord, Scope};
use crate::problem::Result;
use crate::text::count;

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
        let mut ids: Vec<i64> = foreseen.moves.iter().map(|change| change.person).collect();
        ids.dedup();
        let touched = touched(foreseen, &InView::of(conn, &ids, scope, today)?, requirements, library);
        let moved = foreseen.moves.len();
        let heading = match moved {
            0 => "This changes no due date and mails nobody".to_owned(),
            _ => format!("This changes {} and mails nobody", count(moved, "due date", "due dates")),
        };
        let button = match moved {
            0 => "Make this change".to_owned(),
            _ => format!("Change {}", count(moved, "due date", "due dates")),
        };
        let caption = match touched.len() {
            0 => String::new(),
            all if all <= NAMED => format!("All {all}"),
            all => format!("The first {NAMED} of {all}"),
        };
        let touched = touched.into_iter().take(NAMED).collect();
        let sentence = sentence(foreseen);
        Ok(Preview { heading, sentence, warning: warning(&foreseen.moves, today), caption, touched, button })
    }
}

fn sentence(foreseen: &Foreseen) -> String {
    if foreseen.people.is_empty() {
        return "Nothing changes for anybody today. It counts from now on.".to_owned();
    }
    let mut said = vec![format!("It touches {}.", count(foreseen.people.len(), "person", "people"))];
    if foreseen.made > 0 {
        said.push(format!("{} would be new.", count(foreseen.made, "thing to do", "things to do")));
    }
    if foreseen.withdrawn > 0 {
        said.push(format!("{} would no longer be asked.", count(foreseen.withdrawn, "thing", "things")));
    }
    said.push("What is done stays done. The next letter that somebody gets has their new day.".to_owned());
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
pub struct InView(BTreeMap<i64, (String, String)>);

impl InView {
    pub fn of(conn: &mut Conn, ids: &[i64], scope: &Scope, today: Day) -> Result<InView> {
        let schools: BTreeMap<i64, String> =
            people::schools(conn)?.into_iter().map(|school| (school.id, school.name)).collect();
        let posts = people::posts_of(conn, ids)?;
        let mut seen = BTreeMap::new();
        for person in people::people(conn, ids)? {
            let theirs: Vec<&PostRecord> =
                posts.iter().filter(|post| post.person == person.id && may_see(post, scope, today)).collect();
            if let Some(school) = main_school(&theirs, today).and_then(|school| schools.get(&school)) {
                seen.insert(person.id, (person.listed_name(), school.clone()));
            }
        }
        Ok(InView(seen))
    }

    /// Name and school.
    pub fn get(&self, person: i64) -> Option<&(String, String)> {
        self.0.get(&person)
    }
}

pub fn title(library: &Library, requirement: &Requirement) -> String {
    library.title(requirement.kind, &requirement.slug).unwrap_or_else(|| requirement.slug.clone())
}

/// One row for each person and day, in the order of names.
fn touched(foreseen: &Foreseen, in_view: &InView, requirements: &[Requirement], library: &Library) -> Vec<Value> {
    let mut moved: BTreeMap<(&str, i64, Day, Day), Vec<i64>> = BTreeMap::new();
    for change in &foreseen.moves {
        if let Some((name, _)) = in_view.get(change.person) {
            moved.entry((name, change.person, change.from, change.to)).or_default().push(change.requirement);
        }
    }
    let rows = moved.into_iter().filter_map(|((name, person, from, to), asked)| {
        let (_, school) = in_view.get(person)?;
        let first = requirements.iter().find(|requirement| asked.contains(&requirement.id()))?;
        let what = match asked.len() {
            1 => title(library, first),
            all => format!("{} and {} more", title(library, first), all - 1),
        };
        Some(json!({ "name": name, "school": school, "what": what, "was": from.short(), "now": to.short() }))
    });
    rows.collect()
}

fn may_see(record: &PostRecord, scope: &Scope, today: Day) -> bool {
    record.superseded.is_none() && record.post.is_current_on(today) && scope.includes(record.school)
}

fn main_school(records: &[&PostRecord], today: Day) -> Option<i64> {
    let posts: Vec<Post> = records.iter().map(|record| record.post.clone()).collect();
    let main = main_post(&posts, today)?;
    records.iter().find(|record| record.post.id == main.id).map(|record| record.school)
}
