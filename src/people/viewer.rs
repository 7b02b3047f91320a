//! Who is looking: a plain value that says what they may see. Records are loaded through it.

use crate::people::rules::AccessRole;

/// A grant that holds today. No school: the whole trust.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Role {
    pub role: AccessRole,
    pub school: Option<i64>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Viewer {
    pub person: i64,
    pub pseudonym: String,
    /// As shown: "Priya Nair".
    pub name: String,
    pub forename: String,
    /// Empty where the way in gives staff rights only.
    pub roles: Vec<Role>,
    /// The school whose card, calendar and name go with this person; none without a current post.
    pub school: Option<i64>,
    /// Whether anybody's standing post names this person as line manager.
    pub manages: bool,
}

/// Which schools somebody may look at in one capacity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    Trust,
    /// At least one; sorted.
    Schools(Vec<i64>),
}

impl Scope {
    pub fn includes(&self, school: i64) -> bool {
        match self {
            Scope::Trust => true,
            Scope::Schools(schools) => schools.contains(&school),
        }
    }
}

impl Viewer {
    pub fn has(&self, role: AccessRole) -> bool {
        self.roles.iter().any(|held| held.role == role)
    }

    /// Where somebody holds a role; none where they do not hold it.
    pub fn scope(&self, role: AccessRole) -> Option<Scope> {
        let held: Vec<&Role> = self.roles.iter().filter(|held| held.role == role).collect();
        if held.is_empty() {
            return None;
        }
        if held.iter().any(|held| held.school.is_none()) {
            return Some(Scope::Trust);
        }
        let mut schools: Vec<i64> = held.iter().filter_map(|held| held.school).collect();
        schools.sort_unstable();
        schools.dedup();
        Some(Scope::Schools(schools))
    }

    pub fn hr_scope(&self) -> Option<Scope> {
        self.scope(AccessRole::HR)
    }
}
