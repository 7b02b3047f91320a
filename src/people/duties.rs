//! What somebody's jobs include beside their role group: it decides which extra training they get.

use super::rules::{EmploymentType, Post, PostFlags};
use super::{NewPost, Person, PostRecord, Scope, correct_post, posts_seen};
use crate::act::Act;
use crate::clock::Day;
use crate::db::Conn;
use crate::problem::{Problem, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duties {
    pub flags: PostFlags,
    pub on_placement: bool,
}

impl Duties {
    /// What any of these jobs includes.
    pub fn of_any(posts: &[PostRecord]) -> Duties {
        let any = |has: fn(&Post) -> bool| posts.iter().any(|record| has(&record.post));
        let flags = PostFlags {
            leadership: any(|post| post.flags.leadership),
            account_administrator: any(|post| post.flags.account_administrator),
            takes_images: any(|post| post.flags.takes_images),
        };
        Duties { flags, on_placement: any(|post| post.on_placement) }
    }

    /// As a form sends them.
    pub fn ticked(words: &[&str]) -> Duties {
        let flags = PostFlags {
            leadership: words.contains(&"leads"),
            account_administrator: words.contains(&"accounts"),
            takes_images: words.contains(&"images"),
        };
        Duties { flags, on_placement: words.contains(&"placement") }
    }

    pub fn may_be_placement(posts: &[PostRecord]) -> bool {
        posts.iter().any(|record| record.post.role_group.may_be_on_placement())
    }

    /// A job as it would be with these duties.
    pub fn supposed(self, post: &Post) -> Post {
        let on_placement = if post.role_group.may_be_on_placement() { self.on_placement } else { post.on_placement };
        Post { flags: self.flags, on_placement, ..post.clone() }
    }

    /// The job with these duties. Only a trainee's says whether it is a placement; one that has ended leaves open how they
    /// are employed now.
    pub fn put(self, post: NewPost) -> NewPost {
        let placement = EmploymentType::Placement.as_str();
        let employment_type = match self.on_placement {
            _ if !post.role_group.may_be_on_placement() => post.employment_type,
            true => placement.to_owned(),
            false if post.employment_type == placement => String::new(),
            false => post.employment_type,
        };
        NewPost { flags: self.flags, employment_type, ..post }
    }

    /// The jobs in scope that go on and do not include just this. Refused where none of them can.
    pub fn unlike(self, conn: &mut Conn, scope: &Scope, person: i64, today: Day) -> Result<Vec<PostRecord>> {
        let mut posts = posts_seen(conn, scope, person)?;
        posts.retain(|record| record.post.until.is_none_or(|until| until >= today));
        if self.on_placement && !Duties::may_be_placement(&posts) {
            let why = "Only a trainee can be on placement. Correct the job’s role group first, on the person’s page.";
            return Err(Problem::refused(why));
        }
        posts.retain(|record| self.supposed(&record.post) != record.post);
        Ok(posts)
    }
}

/// Sets what somebody's jobs in scope include; what is asked of them follows.
pub fn set_duties(act: &mut Act, scope: &Scope, person: &Person, duties: Duties) -> Result<()> {
    for record in duties.unlike(act.conn, scope, person.id, act.now.day())? {
        correct_post(act, person, record.post.id, &duties.put(NewPost::from(&record)))?;
    }
    Ok(())
}
