//! The thread from each clause to where it is taught, asked and signed.

use seamark::courses::Library;
use seamark::courses::files::Folder;
use seamark::courses::trace::{Missed, Misses, trace, trace_command};

const CLAUSES: &str = "policies/social-media-policy/clauses.toml";

#[test]
fn no_clause_that_binds_anybody_is_untaught_or_unasked_and_no_duty_is_unsigned() {
    let (library, _) = Library::load(None);
    let traced = trace(&library, &Misses::new());
    assert!(traced.len() >= 38);
    let gaps: Vec<&String> = traced.iter().flat_map(|clause| &clause.gaps).collect();
    assert!(gaps.is_empty(), "{gaps:#?}");
    for clause in &traced {
        assert!(clause.asked.len() != 1, "{} is asked once", clause.clause);
    }
}

#[test]
fn a_gap_is_said_and_makes_the_command_fail() {
    let folder = Folder::built_in();
    let clauses = String::from_utf8(folder.bytes(CLAUSES).unwrap().to_vec()).unwrap();
    let clauses = format!("{clauses}\n[P99]\nname = \"Something new\"\nbinds = [\"leadership\"]\nduty = true\n");
    let text = "policies/social-media-policy/text.md";
    let more = String::from_utf8(folder.bytes(text).unwrap().to_vec()).unwrap();
    let more = format!("{more}\n## Something new {{#P99}}\n\n> In short: New.\n\nNew.\n");
    let files = [(CLAUSES.to_owned(), clauses.into_bytes()), (text.to_owned(), more.into_bytes())];
    let (library, _) = Library::of(&folder.overlaid_with(&Folder::new(files)));
    let (said, sound) = trace_command(&library, &Misses::new());
    assert!(!sound);
    for gap in ["P99 is taught on no page", "P99 is asked by no question", "statements/leadership.toml does not sign"] {
        assert!(said.contains(gap), "{said}");
    }
}

#[test]
fn how_often_a_clause_is_missed_is_said_from_twenty_answers_on() {
    let (library, _) = Library::load(None);
    let said = |answers| trace_command(&library, &[("P29".to_owned(), Missed { answers, wrong: 5 })].into()).0;
    assert!(!said(19).contains("of 19 answers"));
    assert!(said(20).contains("5 of 20 answers (25%)"));
}
