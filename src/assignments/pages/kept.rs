//! Who has more time, is exempt or is away, as HR in scope may see it: not those whose time is over.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::foreseen::{InView, said, title};
use crate::assignments::{self, Requirement, Whom};
use crate::clock::{Day, Instant};
use crate::courses::Library;
use crate::db::Conn;
use crate::people::{self, Scope};
use crate::problem::Result;
use crate::text::searchable;

/// One of them, of whatever kind.
struct Kept {
    person: i64,
    what: String,
    until: Option<Day>,
    why: String,
    given_by: Option<i64>,
    recorded: Instant,
}

/// One row for each, in the order of names.
pub fn rows(
    conn: &mut Conn,
    requirements: &[Requirement],
    library: &Library,
    scope: &Scope,
    today: Day,
) -> Result<Vec<Value>> {
    let mut kept = all(conn, requirements, library)?;
    kept.retain(|one| one.until.is_none_or(|until| today <= until));
    let about: BTreeSet<i64> = kept.iter().flat_map(|one| [Some(one.person), one.given_by]).flatten().collect();
    let about: Vec<i64> = about.into_iter().collect();
    let in_view = InView::of(conn, &about, scope, today)?;
    let names: BTreeMap<i64, String> =
        people::people(conn, &about)?.into_iter().map(|person| (person.id, person.name())).collect();
    // Of another school's HR a school's HR do not learn the name.
    let giver = |one: &Kept| {
        let seen = one.given_by.filter(|giver| *scope == Scope::Trust || in_view.get(*giver).is_some());
        seen.and_then(|giver| names.get(&giver)).map(|name| format!(" by {name}")).unwrap_or_default()
    };
    let mut rows: Vec<(String, Value)> = kept
        .iter()
        .filter_map(|one| {
            let (name, _) = in_view.get(one.person)?;
            let row = json!({
                "name": name,
                "href": format!("/people/{}", one.person),
                "what": one.what,
                "until": one.until.map_or_else(|| "not known".to_owned(), Day::long),
                // A reason may name any school: it is told only where all of the person is in sight.
                "why": if in_view.is_whole(one.person) { one.why.as_str() } else { "" },
                "by": format!("{}{}", said([one.recorded.day()], today).concat(), giver(one)),
            });
            Some((searchable(name), row))
        })
        .collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn all(conn: &mut Conn, requirements: &[Requirement], library: &Library) -> Result<Vec<Kept>> {
    let of = |id: i64| requirements.iter().find(|one| one.id() == id).map(|one| title(library, one));
    let extensions = assignments::extensions(conn, Whom::All)?.into_iter().map(|one| Kept {
        person: one.person,
        what: format!("More time: {}", of(one.requirement).unwrap_or_default()),
        until: Some(one.until),
        why: one.reason,
        given_by: one.given_by,
        recorded: one.recorded,
    });
    let exemptions = assignments::exemptions(conn, Whom::All)?.into_iter().map(|one| Kept {
        person: one.person,
        what: format!("Exempt: {}", one.requirement.and_then(of).unwrap_or_else(|| "everything".to_owned())),
        until: one.until,
        why: one.reason,
        given_by: one.given_by,
        recorded: one.recorded,
    });
    let recorders = people::pause_recorders(conn)?;
    let pauses = people::all_pauses(conn)?.into_iter().filter(|(_, pause)| pause.superseded.is_none());
    let pauses = pauses.map(|(person, pause)| Kept {
        person,
        what: format!("Away from {}", pause.from.long()),
        until: pause.until,
        why: String::new(),
        given_by: recorders.get(&pause.what).copied(),
        recorded: pause.recorded,
    });
    Ok(extensions.chain(exemptions).chain(pauses).collect())
}
