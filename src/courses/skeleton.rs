//! A new course to start from: whole in its shape, with everything that an author has yet to say marked, so that the check
//! complains of the marks and of nothing else.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::files::Folder;
use super::reading::is_slug;
use super::{Kind, Library};
use crate::clock::Day;
use crate::problem::{Problem, Result};

/// What stands where something has yet to be written.
pub const MARK: &str = "TO BE WRITTEN";

/// The files of a new course on one clause, by their paths in its folder.
pub fn skeleton(clause: &str, today: Day) -> Folder {
    Folder::new([
        ("course.toml".to_owned(), course(today).into_bytes()),
        ("quiz.toml".to_owned(), quiz(clause).into_bytes()),
        (format!("pages/{PAGE}.md"), page(clause).into_bytes()),
    ])
}

/// Puts a new course below a folder of courses; gives where it is. Nothing that is there is overwritten.
pub fn begin(library: &Library, directory: &Path, slug: &str, today: Day) -> Result<PathBuf> {
    if !is_slug(slug) {
        return Err(Problem::refused(format!("‘{slug}’ is no name: small letters, digits and hyphens.")));
    }
    let place = directory.join(Kind::Course.folder()).join(slug);
    if place.exists() || library.course(slug).is_some() {
        return Err(Problem::refused(format!("There is a course called {slug} already.")));
    }
    let policies = library.policies();
    let clause = policies.iter().find_map(|policy| policy.clauses.keys().next()).map_or("P01", String::as_str);
    let files = skeleton(clause, today);
    for path in files.paths() {
        let file = place.join(path);
        let folder = file.parent().unwrap_or(&place);
        let written =
            std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, files.bytes(path).unwrap_or_default()));
        written.map_err(|error| Problem::refused(format!("{}: {error}", file.display())))?;
    }
    Ok(place)
}

const PAGE: &str = "first-page";
const OUTCOME: &str = "first-outcome";

fn course(today: Day) -> String {
    format!(
        r#"title   = "{MARK}: the title"
summary = "{MARK}: what it is about, in one line."
for     = "{MARK}: whom it is for"
minutes = 10                    # at most; the check works out what it takes
# note  = "One page mentions abuse. You can stop at any time."
pages   = ["{PAGE}"]            # in order; each has a file in pages/

[quiz]
draw = 8                        # questions in an attempt
pass = 80                       # per cent of the draw, rounded up, and every gate

[[outcome]]
id   = "{OUTCOME}"
text = "say what people can do at the end ({MARK})"

[[change]]                      # newest first: correction, notify or retake; the oldest is the first edition
date = {today}
kind = "first"
what = "First edition"
"#
    )
}

fn page(clause: &str) -> String {
    format!(
        r#"+++
title   = "{MARK}: one idea"
clauses = ["{clause}"]
outcome = "{OUTCOME}"
facts   = []
do      = "{MARK}: the one thing to do."
try     = "{MARK}: a small case. What would you do?"
answer  = "{MARK}: what you would do, and why."
+++
{MARK}: a page has one idea. Say it in the first line.

Then tell a short story, or give an example. Let it be about a day that your readers know. A parent is at the gate. A
message comes in late. A picture turns up in a group. Say what happened, who saw it, and what came next. Keep to people
who do things. Give no name to anybody who does wrong.

## What helps

- Use the words that you would use in the staff room.
- Keep each line short. One thought is enough.
- Say what to do, and then say why.
- Leave out what your readers know, and what they do not need.

## What to leave out

Do not quote the policy. Each page has a link to it. Do not give a law, a number or a date that you have not looked up.
Each of them goes into the file of facts, with the place where you found it.

Read the page aloud when it is done. Mend each line on which you stumble. Then ask a colleague to read it, and watch
where they stop.
"#
    )
}

/// Ten questions of all four kinds, each asking the same clause.
fn quiz(clause: &str) -> String {
    let mut text = String::from(
        "# Each kind is known by its tables: `right` and `wrong`, `steps`, or `pairs`. A gate is a rule that nobody may get\n\
         # wrong: give two questions or more the same `gate`, and say the rule in words in course.toml, in a [[gate]].\n",
    );
    for number in 1..=8 {
        let _ = write!(
            text,
            r#"
# Misconception: {MARK}
[[question]]
id = "question-{number}"
ask = "{MARK}: case {number}. What do you do?"
clauses = ["{clause}"]
outcome = "{OUTCOME}"
right = [["What is right here, answer A", "Say why it is right."]]
wrong = [
  ["What some would do, answer B", "Say what is wrong with it."],
  ["What some would do, answer C", "Say what is wrong with it."],
  ["What some would do, answer D", "Say what is wrong with it."],
]
"#
        );
    }
    let _ = write!(
        text,
        r#"
[[question]]
id = "question-9"
ask = "{MARK}: what happened. Put the steps in order."
clauses = ["{clause}"]
outcome = "{OUTCOME}"
steps = [
  ["What to do first", "Say why it comes first."],
  ["What to do next", "Say why it comes next."],
  ["What to do last", "Say why it comes last."],
]
why = "Say why this is a good order."

[[question]]
id = "question-10"
ask = "{MARK}: what goes with what?"
clauses = ["{clause}"]
outcome = "{OUTCOME}"
pairs = [
  ["The first case", "Answer A", "Say why they go together."],
  ["The next case", "Answer B", "Say why they go together."],
  ["The last case", "Answer C", "Say why they go together."],
]
spare = ["Answer D"]
why = "Say what the cases have in common."
"#
    );
    text
}
