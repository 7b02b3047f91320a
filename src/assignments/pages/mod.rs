//! What is seen of requirements and calendars: what holds, and what a change would do, and to whom, before it happens.

mod calendar;
pub mod duties;
pub mod extending;
mod foreseen;
mod kept;
pub mod pausing;
mod requirements;

pub use calendar::{
    apply as change_calendar, confirm as confirm_calendar, preview as preview_calendar, show as calendar,
};
pub use requirements::{apply as change_requirement, preview as preview_requirement, show as requirements};

use crate::people::rules::AccessRole;
use crate::people::{Scope, Viewer};

/// The schools whose rules somebody may see to, as HR or as an administrator.
fn scope(viewer: &Viewer) -> Scope {
    let held = [AccessRole::HR, AccessRole::Administrator].map(|role| viewer.scope(role));
    let mut schools = Vec::new();
    for scope in held.into_iter().flatten() {
        match scope {
            Scope::Trust => return Scope::Trust,
            Scope::Schools(some) => schools.extend(some),
        }
    }
    schools.sort_unstable();
    schools.dedup();
    Scope::Schools(schools)
}

/// In which capacity somebody changes what holds for a school or, for none, for the trust; none if they may not.
fn capacity(viewer: &Viewer, school: Option<i64>) -> Option<&'static str> {
    let covers = |role: AccessRole| match (viewer.scope(role), school) {
        (Some(Scope::Trust), _) => true,
        (Some(Scope::Schools(schools)), Some(school)) => schools.contains(&school),
        _ => false,
    };
    match () {
        () if covers(AccessRole::HR) => Some("hr"),
        () if covers(AccessRole::Administrator) => Some("administrator"),
        () => None,
    }
}
