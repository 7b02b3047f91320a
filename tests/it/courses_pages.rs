//! The pages that show content draw every built-in course, page and policy, with the school's own words in their slots.

use std::collections::BTreeMap;

use seamark::courses::views::{self, page_view, policy_view, print_view};
use seamark::courses::{Kind, Library};
use seamark::http::Views;
use serde::Serialize;
use serde_json::{Value, json};

fn frame() -> Value {
    json!({
        "title": "T", "trust": "Saltmarsh", "name": null, "nav": [], "notice": null, "token": "t", "once": "o",
        "nonce": "n", "shared": false, "print": false,
    })
}

fn drawn(template: &str, view: impl Serialize) -> String {
    let views = Views::read().expect("templates");
    let mut view = serde_json::to_value(view).expect("a view");
    view["errors"] = json!([]);
    view["once"] = json!("o");
    views.page(template, frame(), view).unwrap_or_else(|problem| panic!("{problem}"))
}

fn filled(slot: &str, words: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(slot.to_owned(), words.to_owned())])
}

#[test]
fn every_page_of_every_course_is_drawn_and_leaves_no_slot_open() {
    let (library, _) = Library::load(None);
    for course in library.courses() {
        for place in 0..course.pages.len() {
            let view = page_view(&library, &course, place, &BTreeMap::new(), |_| false).expect("a page");
            let html = drawn("courses/page", &view);
            assert!(html.contains(&view.body_html));
            assert!(!view.body_html.contains(['{', '\u{2}', '\u{3}', '\u{4}']), "{}: {}", course.slug, view.body_html);
            for word in &view.words {
                assert!(
                    html.contains(&format!("popovertarget=\"means-{}\"", word.key))
                        && html.contains(&format!("id=\"{}\"", word.anchor))
                );
            }
        }
        assert!(page_view(&library, &course, course.pages.len(), &BTreeMap::new(), |_| false).is_none());
        drawn("courses/print", print_view(&library, &course, &BTreeMap::new(), "Saltmarsh"));
    }
}

#[test]
fn a_reader_sees_their_own_schools_words_and_else_a_sentence_that_is_safe_to_follow() {
    let (library, _) = Library::load(None);
    let policy = library.policy("social-media-policy").expect("the policy");
    let html =
        drawn("courses/policy", policy_view(&library, &policy, &filled("dsl", "Jo <Marsh>\n01700 900123"), None));
    assert!(html.contains("<span class=\"from-school\">Jo &lt;Marsh&gt;<br>01700 900123</span>"));
    assert!(html.contains("Do not answer the journalist."));
    assert_eq!(html.matches("<section class=\"clause\"").count(), 38);
    assert!(html.contains("id=\"P29\""));
}

#[test]
fn a_clauses_summary_comes_before_its_text() {
    let (library, _) = Library::load(None);
    let policy = library.policy("social-media-policy").expect("the policy");
    let html = drawn("courses/policy", policy_view(&library, &policy, &BTreeMap::new(), None));
    let clauses: Vec<&str> = html.split("<section class=\"clause\"").skip(1).collect();
    for clause in clauses {
        let place = |words: &str| clause.find(words).unwrap_or_else(|| panic!("{words}: {clause}"));
        assert!(place("</h2>") < place("<b>In short.</b>") && place("<b>In short.</b>") < place("class=\"prose\""));
    }
}

#[test]
fn the_last_page_leads_to_the_questions_and_each_other_to_the_next() {
    let (library, _) = Library::load(None);
    let course = library.course("acceptable-use").expect("the course");
    let view = |place| {
        page_view(&library, &course, place, &BTreeMap::new(), |name| name == "where-people-talk").expect("a page")
    };
    assert_eq!(view(0).button, "Next: Three kinds of post");
    assert_eq!(view(0).previous_href, None);
    assert_eq!(view(1).previous_href.as_deref(), Some("/courses/acceptable-use/where-people-talk"));
    assert!(view(1).progress.segments[0].is_done && view(1).progress.segments[1].is_now);
    assert_eq!(view(course.pages.len() - 1).button, "On to the questions");
}

#[test]
fn somebody_who_is_sent_an_older_policy_is_told_so() {
    let (library, _) = Library::load(None);
    let mut policy = (*library.policy("social-media-policy").expect("the policy")).clone();
    policy.version = "00ff".repeat(16);
    let view = policy_view(&library, &policy, &BTreeMap::new(), None);
    assert!(view.older.is_some() && view.sign_href.is_none());
    assert!(view.print_href.contains("?version=00ff"));
    assert!(library.version(Kind::Policy, "social-media-policy").is_some());
}

#[test]
fn a_version_is_shown_in_fours() {
    assert_eq!(views::short_version("7c1e90ab44d01f7e"), "7c1e 90ab");
}
