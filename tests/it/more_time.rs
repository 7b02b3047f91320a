//! HR gives more time and keeps time away by hand: seen first, done once, only by HR of the person, and told wherever it counts.

use seamark::assignments::{self, Assignment};
use seamark::certificates::{self, CertificateKind};
use seamark::clock::Day;
use seamark::problem::Problem;
use seamark::{people, rounds};

use crate::people_pages::{COURSES, Trust};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn one(trust: &Trust, name: &str, slug: &str) -> Assignment {
    let (person, now) = (trust.person(name).id, trust.clock.now());
    let mine = trust.app.read(|conn| assignments::my_training(conn, person, now)).unwrap();
    mine.into_iter().find(|one| one.slug == slug).unwrap()
}

fn due(trust: &Trust, name: &str, slug: &str) -> Option<Day> {
    one(trust, name, slug).status(trust.clock.now()).due
}

fn later(trust: &Trust, name: &str, slug: &str) -> String {
    format!("{}/assignments/{}/later", trust.page_of(name), one(trust, name, slug).id)
}

#[test]
fn hr_gives_more_time_after_a_look_at_the_due_days_that_move_and_takes_it_back() {
    let trust = Trust::new();
    let (helen, person) = (trust.browser("Helen"), trust.page_of("Priya"));
    let address = later(&trust, "Priya", "data-protection");
    assert!(helen.opens(&person).says(&format!("href=\"{address}\"")));
    let form = helen.opens(&address);
    assert!(form.says("Data protection") && form.says("It is due on 2 November 2026."), "{}", form.words());

    let wrong = helen.fills_in(&form, &address, &[("until", "01/01/2020"), ("reason", "")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.says("Choose today or a later day") && wrong.says("Say why, in a few words"));
    assert!(wrong.says("Choose what there is more time for") && wrong.says("value=\"01/01/2020\""));
    let essay = "Cover ".repeat(40).trim().to_owned();
    let long = [("what", "this"), ("until", "11/12/2026"), ("reason", essay.as_str())];
    let long = helen.fills_in(&form, &address, &long);
    assert!(long.status == 422 && long.says("The reason has 239 characters. Use at most 200") && long.says(&essay));
    let next_year = [("what", "this"), ("until", "01/09/2027"), ("reason", "Cover")];
    assert!(helen.fills_in(&form, &address, &next_year).says("Choose 31 August 2027 or an earlier day"));

    let preview = helen.fills_in(&form, &address, &[("what", "this"), ("until", "11/12/2026"), ("reason", "Cover")]);
    assert!(preview.says("This changes 1 due date and mails nobody"), "{}", preview.words());
    assert!(preview.says("2 November") && preview.says("<b>11 December</b>") && preview.says("Nair, Priya"));
    assert_eq!(due(&trust, "Priya", "data-protection"), Some(day("2026-11-02")), "nothing before it is confirmed");
    let give = format!("{address}/give");
    let (first, second) = (helen.fills_in(&preview, &give, &[]), helen.fills_in(&preview, &give, &[]));
    assert_eq!((first.status, first.location), (second.status, second.location.clone()));
    let page = helen.follows(&second);
    assert!(page.says("Due 11 December: they were given more time, until 11 December."), "{}", page.words());
    assert!(page.says(", until 11 December 2026: Cover") && page.says("by Helen Nair"));
    assert_eq!(due(&trust, "Priya", "acceptable-use"), Some(day("2026-11-02")));
    let mine = trust.browser("Priya").opens("/");
    assert!(mine.says("you were given more time, until 11 December") && !mine.says("Cover"), "{}", mine.words());
    let kept = helen.opens("/requirements");
    assert!(
        kept.says("More time: Data protection")
            && kept.says("11 December 2026")
            && kept.says("24 November by Helen Nair")
    );

    let less = [("what", "this"), ("until", "24/11/2026"), ("reason", "Cover")];
    let less = helen.fills_in(&helen.opens(&address), &address, &less);
    assert!(less.says("11 December") && less.says("<b>24 November</b>"), "what was given may be shortened");
    let form = helen.opens(&address);
    assert!(form.says("More time was given on 24 November 2026, until 11 December 2026."));
    let preview = helen.fills_in(&form, &address, &[("take_back", "yes")]);
    assert!(preview.says("<b>2 November</b>") && preview.says("One of these would be overdue at once."));
    let back = helen.fills_in(&preview, &format!("{address}/end"), &[]);
    assert!(helen.follows(&back).says("until 11 December 2026, changed or taken back"));
    assert_eq!(due(&trust, "Priya", "data-protection"), Some(day("2026-11-02")));
}

#[test]
fn everything_that_is_open_can_have_more_time_at_once_and_what_is_done_stays_as_it_is() {
    let trust = Trust::new();
    trust.it_is("2026-10-05", "10:00");
    trust.does("Priya", "acceptable-use");
    trust.it_is("2026-11-24", "09:14");
    let helen = trust.browser("Helen");
    let address = later(&trust, "Priya", "data-protection");
    let wish = [("what", "all"), ("until", "11/12/2026"), ("reason", "Cover")];
    let preview = helen.fills_in(&helen.opens(&address), &address, &wish);
    assert!(preview.says("This changes 6 due dates and mails nobody"), "{}", preview.words());
    helen.follows(&helen.fills_in(&preview, &format!("{address}/give"), &[]));
    assert_eq!(due(&trust, "Priya", "reporting-issues"), Some(day("2026-12-11")));
    assert_eq!(due(&trust, "Priya", "acceptable-use"), Some(day("2026-11-02")));
    assert!(helen.opens(&trust.page_of("Priya")).says("More time for 6 things, until 11 December 2026: Cover"));
    let asked = |day: &str| helen.opens(&format!("{}?what=data-protection&day={day}", trust.page_of("Priya")));
    assert!(asked("23/11/2026").says("due on 2 November 2026"), "what was true yesterday");
    assert!(asked("24/11/2026").says("due on 11 December 2026"));
}

#[test]
fn only_hr_of_the_person_can_give_more_time_and_nobody_gives_it_to_themselves() {
    let trust = Trust::new();
    let address = later(&trust, "Priya", "data-protection");
    for (name, status) in [("Mo", 404), ("Ana", 404), ("Priya", 404), ("Tess", 200), ("Helen", 200)] {
        assert_eq!(trust.browser(name).opens(&address).status, status, "{name}");
    }
    let helen = trust.browser("Helen");
    assert_eq!(helen.opens(&later(&trust, "Helen", "data-protection")).status, 403);
    let form = helen.opens(&address);
    let elsewhere = later(&trust, "Elsie", "data-protection");
    for end in ["", "/give", "/end"] {
        let fields =
            [("what", "this"), ("until", "11/12/2026"), ("reason", "Cover")].map(|(n, v)| (n.into(), v.into()));
        let sent = helen.posts(&format!("{elsewhere}{end}"), &[&form.hidden(&address)[..], &fields].concat());
        assert_eq!(sent.status, 404, "{end}");
    }
}

#[test]
fn why_a_shared_person_has_more_time_and_who_gave_it_stays_with_hr_who_see_all_of_them() {
    let trust = Trust::new();
    let (helen, mo, tess) = (trust.browser("Helen"), trust.browser("Mo"), trust.browser("Tess"));
    let address = later(&trust, "Sam", "data-protection");
    let wish = [("what", "this"), ("until", "11/12/2026"), ("reason", "Exams at Oak Primary")];
    let preview = helen.fills_in(&helen.opens(&address), &address, &wish);
    helen.follows(&helen.fills_in(&preview, &format!("{address}/give"), &[]));
    for page in [mo.opens(&trust.page_of("Sam")), mo.opens("/requirements")] {
        assert!(page.says("11 December 2026") && !page.says("Oak") && !page.says("Helen"), "{}", page.words());
    }
    let whole = tess.opens("/requirements");
    assert!(whole.says("Exams at Oak Primary") && whole.says("24 November by Helen Nair"), "{}", whole.words());
}

#[test]
fn whoever_has_done_all_but_what_is_asked_no_longer_gets_the_years_certificate() {
    let trust = Trust::new();
    for slug in COURSES.into_iter().chain(["privacy-check"]) {
        trust.does("Priya", slug);
    }
    let policy = one(&trust, "Priya", "social-media-policy").requirement;
    let held = |name: &str| {
        let person = trust.person(name).id;
        let held = trust.app.read(|conn| certificates::of_person(conn, person)).unwrap();
        held.into_iter().filter(|one| one.kind == CertificateKind::Year).count()
    };
    assert_eq!(held("Priya"), 0);
    trust.act(move |act| {
        let asked = assignments::requirements(act.conn)?.into_iter().find(|one| one.id() == policy);
        let terms = asked.ok_or(Problem::NotFound)?.terms().withdrawn_from(act.now.day());
        assignments::change_requirement(act, policy, &terms)
    });
    for _ in 0..2 {
        rounds::run(&trust.app, "assignments").unwrap();
        assert_eq!((held("Priya"), held("Ben")), (1, 0));
    }
    assert_eq!(trust.browser("Helen").opens(&trust.page_of("Priya")).words().matches(">Completed").count(), 6);
}

// ── time away

fn away(trust: &Trust, name: &str) -> Vec<(String, Option<String>)> {
    let person = trust.person(name).id;
    let pauses = trust.app.read(|conn| people::pauses_of(conn, &[person])).unwrap();
    let standing = pauses.into_iter().map(|(_, pause)| pause).filter(|pause| pause.superseded.is_none());
    standing.map(|pause| (pause.from.to_string(), pause.until.map(|until| until.to_string()))).collect()
}

#[test]
fn hr_enters_time_away_changes_it_ends_it_and_takes_it_off() {
    let trust = Trust::new();
    let (helen, person) = (trust.browser("Helen"), trust.page_of("Priya"));
    let address = format!("{person}/pause");
    let apply = format!("{address}/apply");
    assert!(helen.opens(&person).says(&format!("href=\"{address}\"")));
    let enters = |fields: &[(&str, &str)]| helen.fills_in(&helen.opens(&address), &address, fields);

    let wrong = enters(&[("pause_from", "01/12/2026"), ("pause_to", "01/12/2026")]);
    assert!(wrong.status == 422 && wrong.says("must lie after the first day away") && wrong.says("01/12/2026"));
    let preview = enters(&[("pause_from", "26/10/2026"), ("pause_to", "")]);
    assert!(preview.says("This changes no due date and mails nobody"), "{}", preview.words());
    assert!(preview.says("The clock stands still from 26 October 2026, nobody knows yet until when"));
    assert_eq!(away(&trust, "Priya"), []);
    let done = helen.fills_in(&preview, &apply, &[]);
    assert!(helen.follows(&done).says(">Paused</span>"));

    // They come back: the pause that stands is given its end, and due days move.
    let page = helen.opens(&address);
    let pause = page.tags("input").into_iter().find(|tag| tag.contains("name=\"pause\"")).unwrap();
    let pause = crate::house::browser::attribute(&pause, "value").unwrap();
    let ends = [("pause_from", "26/10/2026"), ("pause_to", "23/11/2026")];
    let preview = helen.fills_in(&page, &address, &ends);
    assert!(preview.says("This changes 7 due dates and mails nobody"), "{}", preview.words());
    assert!(preview.says("<b>7 December</b>"));
    assert!(helen.opens(&address).says(&format!("value=\"{pause}\"")));
    for _ in 0..2 {
        assert_eq!(helen.fills_in(&preview, &apply, &[]).status, 303);
    }
    assert_eq!(away(&trust, "Priya"), [("2026-10-26".to_owned(), Some("2026-11-22".to_owned()))]);

    // It was entered for the wrong person: it is taken off, and still shows as it was.
    let page = helen.opens(&address);
    let preview = helen.fills_in(&page, &address, &[("take_off", "yes")]);
    assert!(preview.says("The clock runs on those days as on any other."), "{}", preview.words());
    assert_eq!(helen.fills_in(&preview, &apply, &[]).status, 303);
    assert_eq!(away(&trust, "Priya"), []);
    let timeline = helen.opens(&person);
    let changed = "Pause changed: from 26 October 2026 until 22 November 2026; it was from 26 October 2026";
    for line in ["Pause recorded: from 26 October 2026", changed, "Pause taken back: from 26 October 2026 until"] {
        assert!(timeline.says(line), "{line}: {}", timeline.words());
    }
    assert!(timeline.words().matches("by Helen Nair").count() >= 3, "{}", timeline.words());
}

#[test]
fn a_pause_says_what_it_does_today_and_nothing_of_what_is_done_or_not_asked() {
    let trust = Trust::new();
    let (helen, priya) = (trust.browser("Helen"), trust.person("Priya"));
    trust.does("Priya", "acceptable-use");
    let risks = one(&trust, "Priya", "social-media-risks").requirement;
    trust.act(move |act| {
        assignments::exempt(act, &priya, Some(risks), "Taught it elsewhere", day("2026-11-20"), Some(day("2027-08-31")))
    });
    let address = format!("{}/pause", trust.page_of("Priya"));
    let looks = |from: &str, back: &str| {
        let away = [("pause_from", from), ("pause_to", back)];
        helen.fills_in(&helen.opens(&address), &address, &away)
    };
    let open_end = looks("16/11/2026", "");
    let said = "From today Priya Nair shows as “Paused”, no longer as “Overdue 22 days”.";
    assert!(open_end.says(said) && !open_end.says("Nothing changes"), "{}", open_end.words());
    let past = looks("26/10/2026", "23/11/2026");
    assert!(past.says("This changes 5 due dates and mails nobody"), "{}", past.words());
    assert!(past.says("<caption>1 person</caption>") && past.says(" and 4 more"), "{}", past.words());
    for left_out in ["Acceptable use", "Social media risks", "From today"] {
        assert!(!past.says(left_out), "{left_out}");
    }
}

#[test]
fn a_pause_that_is_moved_leaves_nothing_behind_and_two_that_do_not_meet_both_stand() {
    let trust = Trust::new();
    let helen = trust.browser("Helen");
    let address = format!("{}/pause", trust.page_of("Priya"));
    let saves = |fields: &[(&str, &str)]| {
        let preview = helen.fills_in(&helen.opens(&address), &address, fields);
        assert_eq!(helen.fills_in(&preview, &format!("{address}/apply"), &[]).status, 303);
    };
    saves(&[("pause_from", "01/12/2026"), ("pause_to", "05/12/2026")]);
    saves(&[("pause_from", "01/02/2027"), ("pause_to", "05/02/2027")]);
    assert_eq!(away(&trust, "Priya").len(), 1, "the page's first form is that of the pause that stands");
    assert_eq!(away(&trust, "Priya")[0].0, "2027-02-01");
    let page = helen.opens(&address);
    let token = page.hidden(&address).into_iter().find(|(name, _)| name == "token").unwrap();
    let fresh = [token, ("pause_from".into(), "01/03/2027".into()), ("pause_to".into(), "05/03/2027".into())];
    let preview = helen.posts(&address, &fresh);
    assert_eq!(helen.fills_in(&preview, &format!("{address}/apply"), &[]).status, 303);
    assert_eq!(away(&trust, "Priya").len(), 2);
    assert_eq!(trust.browser("Mo").opens(&address).status, 404);
    assert_eq!(trust.browser("Ana").opens(&address).status, 404);
}
