//! My training: one ordered list, what comes next, and pages of their own for nothing to do and all done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use seamark::assignments;
use seamark::attempts;
use seamark::courses::Kind;
use seamark::evidence::Actor;
use seamark::identity::rules::LinkKind;
use seamark::identity::{self, Opening};
use seamark::people;
use seamark::people::rules::AccessRole;
use seamark::reports::my_training::my_training;
use seamark::schema;

use crate::people_pages::{Trust, day};

impl Trust {
    fn reads(&self, name: &str, slug: &'static str, pages: usize) {
        let (person, library) = (self.person(name).id, self.app.library());
        self.act(move |act| {
            let assignment = assignments::assignment_for(act.conn, person, Kind::Course, slug, act.now)?;
            let course = library.course(slug).unwrap();
            course.pages.iter().take(pages).try_for_each(|page| attempts::read_page(act, assignment.id, &page.name))
        });
    }
}

#[test]
fn the_list_is_in_order_and_one_button_leads_to_what_comes_next() {
    let trust = Trust::new();
    trust.it_is("2026-10-01", "09:14");
    let page = trust.browser("Priya").opens("/");
    assert!(page.says("7 things to do, Priya") && page.says("Academic year 2026 to 2027"));
    assert!(page.says("href=\"/courses/acceptable-use/where-people-talk\""), "{}", page.words());
    assert!(page.says("Everything is due by <b>Monday 2 November</b>"), "{}", page.words());
    assert!(page.says("Opens when the rest is done") && page.says("your answers never leave your screen"));
    let words = page.words();
    let places: Vec<usize> = crate::people_pages::COURSES
        .iter()
        .map(|slug| format!("href=\"/courses/{slug}\""))
        .chain(["href=\"/self-check\"".into(), "href=\"/attestations/social-media-policy\"".into()])
        .map(|link| words.split("class=\"steps\"").nth(1).unwrap().find(&link).unwrap())
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn each_thing_takes_as_long_on_the_list_as_on_its_own_page() {
    let trust = Trust::new();
    let (priya, library) = (trust.browser("Priya"), trust.app.library());
    let list = priya.opens("/");
    let policy = library.policy("social-media-policy").unwrap();
    assert!((10..=30).contains(&policy.minutes), "{} minutes", policy.minutes);
    assert!(list.says(&format!(">{} min<", policy.minutes)) && list.says(">20 to 30 min<"), "{}", list.words());
    assert!(priya.opens("/self-check").says("Self-check · 20 to 30 minutes"));
    assert!(priya.opens("/attestations/social-media-policy").says("About 20 to 30 minutes"));
    for (slug, words) in
        [("privacy-check", "takes 20 to 30 minutes"), ("school-account-check", "takes about 20 minutes")]
    {
        let checklist = library.checklist(slug).unwrap();
        let said = checklist.intro.blocks.iter().any(|block| block.text.contains(words));
        assert!(said, "{slug}: its own words say the same");
    }
    for slug in crate::people_pages::COURSES.into_iter().chain(["privacy-check"]) {
        trust.does("Priya", slug);
    }
    assert!(priya.opens("/").says(&format!("about {} minutes", policy.minutes)));
    let sign = priya.opens("/attestations/social-media-policy");
    assert!(sign.says(&format!("About {} minutes, with the reading.", policy.minutes)), "{}", sign.words());
}

#[test]
fn what_was_begun_is_carried_on_with_at_the_next_page_and_then_the_questions() {
    let trust = Trust::new();
    trust.it_is("2026-10-01", "09:14");
    trust.does("Priya", "acceptable-use");
    trust.reads("Priya", "data-protection", 3);
    let page = trust.browser("Priya").opens("/");
    assert!(page.says("You’re 1 of 7 done, Priya") && page.says("3 of 12 pages read, then 8 questions"));
    assert!(page.says("Carry on with Data protection and social media") && page.says("In progress"));
    assert!(page.says("href=\"/courses/data-protection/an-awkward-picture\""), "{}", page.words());
    assert!(page.says("Completed on 1 October") && page.says("/certificates/SM-26-"));
    trust.reads("Priya", "data-protection", 12);
    assert!(trust.browser("Priya").opens("/").says("href=\"/courses/data-protection/quiz\""));
}

#[test]
fn what_is_late_says_how_late_and_why() {
    let trust = Trust::new();
    let page = trust.browser("Priya").opens("/");
    assert!(page.says("22 days late") && page.says("It was due on <b>Monday 2 November</b>"), "{}", page.words());
    assert!(page.says("everybody’s is due by 31 October"), "{}", page.words());
}

#[test]
fn signing_opens_when_the_rest_is_done_and_a_question_keeps_it_from_being_late() {
    let trust = Trust::new();
    for slug in crate::people_pages::COURSES.into_iter().chain(["privacy-check"]) {
        trust.does("Ben", slug);
    }
    let page = trust.browser("Ben").opens("/");
    assert!(page.says("href=\"/attestations/social-media-policy\">Sign the social media policy"), "{}", page.words());
    trust.asks("Priya", "May I follow the account of a club?");
    let page = trust.browser("Priya").opens("/");
    assert!(page.says("There is nothing for you to do now.") && page.says("With HR"), "{}", page.words());
}

#[test]
fn all_done_is_said_with_thanks_and_the_years_certificate() {
    let trust = Trust::new();
    trust.does_everything("Priya");
    let page = trust.browser("Priya").opens("/");
    assert!(page.says("All done, Priya. Thank you") && page.says("Get your certificate for the year"));
    assert!(page.says("The next year opens on 1 September 2027"));
    let year = page.tags("a").into_iter().find(|tag| tag.contains("class=\"govuk-button\"")).unwrap();
    let address = crate::house::browser::attribute(&year, "href").unwrap();
    assert_eq!(trust.browser("Priya").opens(&address).content_type, "application/pdf");
}

#[test]
fn whoever_is_exempt_or_has_another_part_reads_a_kind_page() {
    let trust = Trust::new();
    let ana = trust.person("Ana");
    trust.act(move |act| {
        assignments::exempt(act, &ana, None, "Leaves at Christmas", day("2026-09-01"), None)?;
        let posts = people::posts_of(act.conn, &[ana.id])?;
        assert_eq!(posts.len(), 1);
        Ok(())
    });
    let page = trust.browser("Ana").opens("/");
    assert!(page.says("Nothing to do, Ana") && page.says("Leaves at Christmas"), "{}", page.words());
    assert!(page.says("See how your team is doing"));
    trust.gives("Ana", AccessRole::Governor, None);
    assert!(trust.browser("Ana").opens("/").says("href=\"/governors\""));
}

#[test]
fn the_whole_signed_in_page_takes_six_statements() {
    let trust = Trust::new();
    trust.does("Priya", "acceptable-use");
    trust.reads("Priya", "data-protection", 3);
    let (keyring, person, now) = (trust.app.keyring.clone(), trust.person("Priya").id, trust.clock.now());
    let opened = trust.app.act(Actor::system(), move |act| {
        let token = identity::make_link(act, person, LinkKind::Asked)?;
        identity::open_session(act, &keyring, &token, false)
    });
    let Opening::Opened { cookie, .. } = opened.unwrap() else { panic!("no session") };
    let counted = Arc::new(AtomicUsize::new(0));
    let (counting, keyring) = (counted.clone(), trust.app.keyring.clone());
    let read = trust.app.read(move |conn| {
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                counting.fetch_add(1, Ordering::Relaxed);
            }
        });
        let recognised = identity::recognise(conn, &keyring, &cookie, now)?;
        let training = my_training(conn, recognised.viewer.person, now)?;
        conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
        Ok(training)
    });
    assert_eq!(read.unwrap().items.len(), 7);
    let statements = counted.load(Ordering::Relaxed);
    assert!(statements <= 6, "{statements} statements");
    let rows: i64 = trust.app.read(|conn| Ok(schema::page_reads::table.count().get_result(conn)?)).unwrap();
    assert_eq!(rows, 3);
}
